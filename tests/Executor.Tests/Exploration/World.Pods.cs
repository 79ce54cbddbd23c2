using System.Buffers;
using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Segments;

namespace Executor.Tests.Exploration;

/// <summary>The steps of store pods, around the store's own windows and segments, and of the object store's misfortunes.</summary>
internal sealed partial class World
{
    private IEnumerable<Step> PodSteps()
    {
        foreach (var pod in Pods)
        {
            if (pod.Window().PendingBlocks > 0)
            {
                yield return new Step($"pod {pod.Number} cuts its window", () => Change(next => next.Cut(pod)));
            }

            foreach (var cut in pod.InFlight)
            {
                if (!cut.IsStored)
                {
                    yield return new Step($"pod {pod.Number} stores segment {cut.Segment}", () => Change(next => next.Store(pod, cut)));
                    if (Left.LateWrites > 0)
                    {
                        yield return GiveUp($"pod {pod.Number} gives the put of segment {cut.Segment} up", next =>
                        {
                            next.Late = Late.Add(new LateWrite(ObjectKeys.Segment(Settings.Run, cut.Segment), cut.Content));
                            next.Fail(pod, cut);
                        });
                        yield return GiveUp($"pod {pod.Number} stores segment {cut.Segment}, and is told of a failure", next =>
                        {
                            next.Objects = Objects.With(ObjectKeys.Segment(Settings.Run, cut.Segment), cut.Content);
                            next.Fail(pod, cut);
                        });
                    }
                }

                if (cut.IsStored || _settings.Broken == BrokenRule.AcknowledgeBeforePut)
                {
                    yield return new Step($"pod {pod.Number} acknowledges segment {cut.Segment}", () => Change(next => next.Acknowledge(pod, cut, lost: false)));
                    if (Left.LostAnswers > 0)
                    {
                        yield return LoseAnswer(
                            $"pod {pod.Number}'s acknowledgements of segment {cut.Segment} are lost", next => next.Acknowledge(pod, cut, lost: true));
                    }
                }
            }

            if (Left.Crashes > 0 && pod.Calls.Count + pod.InFlight.Count > 0)
            {
                yield return Crash($"pod {pod.Number} crashes", next =>
                {
                    next.Pods = Pods.SetItem(pod.Number, PodNode.Empty(pod.Number));
                    next.Attempts = [.. Attempts.Select(node => node.Stage == AttemptStage.Sent && node.Pod == pod.Number ? Elsewhere(node) : node)];
                });
            }
        }
    }

    private IEnumerable<Step> LossSteps()
    {
        if (Left.LostSegments == 0)
        {
            yield break;
        }

        var prefix = ObjectKeys.Segments(Settings.Run);
        foreach (var key in Objects.Objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            yield return Fault($"segment {key[prefix.Length..]} is lost", left => left with { LostSegments = left.LostSegments - 1 }, next =>
            {
                next.Objects = Objects.Without(key);
                next.LostSegments = LostSegments.Add(key[prefix.Length..]);
            });
        }
    }

    // Unacknowledged, it is sent again, to another pod.
    private static AttemptNode Elsewhere(AttemptNode node) => node with { Stage = AttemptStage.New, Pod = 1 - node.Pod, Stream = -1 };

    private void Send(AttemptNode node)
    {
        var source = new BlockSource(new OutputId("p", "out"), node.Attempt.Index, node.Attempt.Generation, node.Attempt.Attempt, node.Incarnation);
        var header = new BlockHeader(node.Attempt.Index, 0, 0, 1, node.Row.Length, Crc32C.Of(Bytes(node.Row)));
        var pod = Pods[node.Pod];
        var stream = pod.Window().Open(source);
        Pods = Pods.SetItem(pod.Number, pod.After(window =>
        {
            window.Open(source);
            window.Offer(stream, header, node.Row);
            window.Wait(stream);
        }));
        Replace(node, node with { Stage = AttemptStage.Sent, Stream = stream });
    }

    private void Cut(PodNode pod)
    {
        var cut = pod.Window().Cut()!;
        var content = SegmentWriter.Write(
            [.. cut.Blocks.Select(block => new SegmentBlock(block.Source, block.Header, new ReadOnlySequence<byte>(Bytes(block.Payload))))]).ToArray();
        var hash = Hashing.Of([(byte)pod.Number, .. content]);
        var name = hash.ToString("x32", null)[..20];
        var after = pod.After(window => window.Cut());
        Pods = Pods.SetItem(pod.Number, after with { InFlight = after.InFlight.Add(new InFlight(cut, name, content, IsStored: false)) });
    }

    private void Store(PodNode pod, InFlight cut)
    {
        Objects = Objects.Contains(ObjectKeys.Segment(Settings.Run, cut.Segment))
            ? Objects
            : Objects.With(ObjectKeys.Segment(Settings.Run, cut.Segment), cut.Content);
        var isAwaited = pod.Window().InFlightCuts > 0;
        Pods = Pods.SetItem(
            pod.Number,
            pod with { InFlight = isAwaited ? pod.InFlight.Replace(cut, cut with { IsStored = true }) : pod.InFlight.Remove(cut) });
    }

    private void Fail(PodNode pod, InFlight cut)
    {
        var broken = pod.Window().Fail(cut.Cut.Number);
        var after = pod.After(window => window.Fail(cut.Cut.Number));
        foreach (var stream in broken)
        {
            after = after.After(window => window.Close(stream));
            Attempts = [.. Attempts.Select(node => node.Stage == AttemptStage.Sent && node.Pod == pod.Number && node.Stream == stream ? Elsewhere(node) : node)];
        }

        Pods = Pods.SetItem(pod.Number, after with { InFlight = after.InFlight.Remove(cut) });
    }

    private void Acknowledge(PodNode pod, InFlight cut, bool lost)
    {
        var acknowledged = pod.Window().Complete(cut.Cut.Number, cut.Segment);
        var after = pod.After(window => window.Complete(cut.Cut.Number, cut.Segment));
        foreach (var acknowledgement in acknowledged)
        {
            after = after.After(window => window.Close(acknowledgement.Stream));
            var node = Attempts.First(node => node.Stage == AttemptStage.Sent && node.Pod == pod.Number && node.Stream == acknowledgement.Stream);
            Replace(node, lost ? Elsewhere(node) : node with { Stage = AttemptStage.Ready, Segment = cut.Segment, Stream = -1 });
        }

        // Where acknowledgements come too early, the segment is still on its way.
        Pods = Pods.SetItem(pod.Number, cut.IsStored ? after with { InFlight = after.InFlight.Remove(cut) } : after);
        CheckAcknowledged();
    }

    private void CloseStream(AttemptNode node)
    {
        var pod = Pods[node.Pod];
        Pods = Pods.SetItem(node.Pod, pod.After(window => window.Close(node.Stream)));
    }
}
