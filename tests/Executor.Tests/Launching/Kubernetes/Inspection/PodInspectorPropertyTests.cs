using System.Text.Json.Nodes;
using Executor.Kubernetes.Models;
using Executor.Launching;
using Executor.Launching.Kubernetes.Inspection;
using Executor.Outcomes;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Inspection;

/// <summary>What holds for any pod whatsoever: the recorded ones, with parts of them lost, doubled and exchanged.</summary>
public sealed class PodInspectorPropertyTests
{
    private const int Pods = 3_000;

    [Theory]
    [InlineData(20261125)]
    [InlineData(3)]
    public void Of_any_pod_the_inspector_says_something_that_may_be_acted_on(int seed)
    {
        var cases = PodCase.Names().Select(PodCase.Read).ToList();
        var texts = cases.Select(known => known.Pod.GetRawText()).ToList();
        var events = cases.SelectMany(known => known.ReadEvents()).ToList();
        var verdicts = new HashSet<string>();
        for (var number = 0; number < Pods; number++)
        {
            var random = new Random(seed + number);
            try
            {
                var pod = Changed(texts, random);
                var sight = cases[random.Next(cases.Count)].SightOf(pod) with
                {
                    EventsRead = random.Next(2) == 0,
                    Events = [.. events.Where(_ => random.Next(40) == 0)],
                };
                Check(sight, random, verdicts);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed + number}: {failure.Message}", failure);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seeds {seed} to {seed + Pods - 1}: {string.Join(", ", verdicts.Order(StringComparer.Ordinal))}");
        Assert.True(verdicts.Count > 20, "the changes reach hardly any rule");
    }

    private static void Check(PodSight sight, Random random, HashSet<string> verdicts)
    {
        PodInspection? before = null;
        var now = sight.Now;
        var hasEnded = false;
        for (var look = 0; look < 6; look++)
        {
            var inspection = PodInspector.Inspect(sight with { Now = now, Before = before });
            var endsByItself = inspection.Phase == ObservedPhase.Ended && !inspection.GiveUp;
            Assert.False(endsByItself && MayStillCommit(sight), "a pod that goes on is told as ended");
            Assert.False(inspection.GiveUp && inspection.Facts.Platform is null, "a pod is given up without a word");
            Assert.False(hasEnded && inspection.Phase != ObservedPhase.Ended, "a pod that had ended goes on");
            Assert.False(inspection.LookAgainAt <= now, "the next look is due at once, and for ever");
            Assert.False(inspection.WantsEvents && sight.EventsRead, "events are wanted that were read");
            Assert.NotEmpty(OutcomeClassifier.Classify(inspection.Facts, committed: false).Reason);
            verdicts.Add(ExpectedInspection.VerdictOf(inspection));

            // Without the chain of inspections a later look at the same pod is never milder.
            var unchained = PodInspector.Inspect(sight with { Now = now });
            Assert.False(hasEnded && unchained.Phase != ObservedPhase.Ended, "time makes a verdict milder");
            hasEnded = inspection.Phase == ObservedPhase.Ended;
            before = inspection;
            now += TimeSpan.FromSeconds(Math.Pow(10, random.NextDouble() * 4));
        }

        Assert.Equal(ObservedPhase.Ended, PodInspector.InspectGone(sight with { Now = now }).Phase);
    }

    /// <summary>Said here in the plainest words, apart from the inspector's own.</summary>
    private static bool MayStillCommit(PodSight sight)
    {
        var pod = sight.Pod;
        var restarts = pod.Spec?.RestartPolicy is "Always" or "OnFailure";
        var task = pod.Status?.ContainerStatuses?.FirstOrDefault(status => status?.Name == sight.TaskContainer);
        var isBlocked = pod.Status?.InitContainerStatuses?.Any(status =>
            status?.State?.Terminated is { } end && (end.ExitCode != 0 || end.Reason == "OOMKilled")) == true;
        return pod.Status?.Phase is not ("Succeeded" or "Failed") && (restarts || (task?.State?.Terminated is null && !isBlocked));
    }

    /// <summary>A pod's text with some members removed, some lists' items doubled, and some members put in from another pod.</summary>
    private static string Changed(List<string> texts, Random random)
    {
        while (true)
        {
            var pod = JsonNode.Parse(texts[random.Next(texts.Count)])!;
            var other = JsonNode.Parse(texts[random.Next(texts.Count)])!;
            for (var change = random.Next(6); change > 0; change--)
            {
                Change(pod, other, random);
            }

            var text = pod.ToJsonString();
            try
            {
                KubernetesJson.Deserialize(System.Text.Encoding.UTF8.GetBytes(text), KubernetesResources.Pods);
                return text;
            }
            catch (System.Text.Json.JsonException)
            {
                // A change put a member where a model has another type: no server sends that, and the client refuses it.
            }
        }
    }

    private static void Change(JsonNode pod, JsonNode other, Random random)
    {
        var path = RandomPath(random.Next(3) == 0 ? pod["spec"] : random.Next(4) == 0 ? pod["metadata"] : pod["status"], random);
        if (path is not { Parent: { } parent })
        {
            return;
        }

        switch (random.Next(4))
        {
            case 0 when parent is JsonObject members:
                members.Remove(path.GetPropertyName());
                break;
            case 1 when parent is JsonObject members:
                members[path.GetPropertyName()] = null;
                break;
            case 2 when parent is JsonArray items:
                items.Add(path.DeepClone());
                break;
            default:
                foreach (var part in (string[])["status", "metadata", "spec"])
                {
                    if (random.Next(2) == 0 && pod[part] is JsonObject target && other[part] is JsonObject { Count: > 0 } source)
                    {
                        var (name, value) = source.ElementAt(random.Next(source.Count));
                        target[name] = value?.DeepClone();
                    }
                }

                break;
        }
    }

    private static JsonNode? RandomPath(JsonNode? from, Random random)
    {
        var node = from;
        for (var depth = random.Next(1, 7); depth > 0; depth--)
        {
            var next = node switch
            {
                JsonObject { Count: > 0 } members => members.ElementAt(random.Next(members.Count)).Value,
                JsonArray { Count: > 0 } items => items[random.Next(items.Count)],
                _ => null,
            };
            if (next is null)
            {
                break;
            }

            node = next;
        }

        return node == from ? null : node;
    }
}
