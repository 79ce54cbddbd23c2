using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Launching;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Channel;

namespace Executor.Driving;

/// <summary>
/// Carries a driver's effects out, all at once, and posts what comes of each as news. A store out of reach is waited for; what cannot be
/// mended is thrown into the driver's loop. Begin is for one caller at a time.
/// </summary>
internal sealed class EffectRunner(
    string run,
    IRunRecords records,
    ILauncher launcher,
    DriverOptions options,
    TaskGraph graph,
    StorePatience patience,
    RunReport report,
    ChannelWriter<Action<DriverCore, DateTimeOffset>> news,
    CancellationToken ending)
{
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly ConcurrentDictionary<Task, bool> _cancels = new();
    private readonly ConcurrentDictionary<AttemptRef, Task> _starts = new();

    /// <summary>Begins one effect, in the state that it was decided in.</summary>
    public void Begin(Effect effect, RunState state)
    {
        switch (effect)
        {
            case StartEffect start:
                Start(start, state.SealGenerationsOf(start.Attempt.Task), state.SliceOf(start.Attempt.Task, start.Attempt.Index));
                break;
            case ReleaseEffect release:
                launcher.Release(graph.Name(run, release.Attempt), release.Cause);
                break;
            case CancelEffect cancel:
                Track(CancelAsync(cancel), _cancels);
                break;
            case SealEffect seal:
                Track(SealAsync(seal, state.GenerationsOf(seal.Task)), _running);
                break;
            case SliceEffect slice:
                Track(SliceAsync(slice, state.GenerationsOf(graph.SplitOf(slice.Task)!.Task)), _running);
                break;
            case ReadCommitEffect read:
                Track(ReadCommitAsync(read), _running);
                break;
            case VerifyEffect:
                Track(VerifyAsync(), _running);
                break;
            default:
                throw new ArgumentException($"nobody carries {effect.GetType().Name} out", nameof(effect));
        }
    }

    /// <summary>Returns once every attempt was asked to end that is to be.</summary>
    public Task CancelsDoneAsync() => Task.WhenAll(_cancels.Keys);

    /// <summary>Returns once nothing is under way; to be called after the end was announced.</summary>
    public async Task AllDoneAsync() =>
        await Task.WhenAll(_running.Keys.Concat(_cancels.Keys)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static void Track(Task effect, ConcurrentDictionary<Task, bool> set)
    {
        if (effect.IsCompleted)
        {
            return;
        }

        set.TryAdd(effect, true);
        effect.ContinueWith(
            done => set.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Start(StartEffect effect, IReadOnlyList<int> sealGenerations, InstanceSlice? slice)
    {
        var start = StartAsync(effect, sealGenerations, slice);
        if (!start.IsCompleted)
        {
            _starts[effect.Attempt] = start;
            Track(ForgetAsync(), _running);
        }

        async Task ForgetAsync()
        {
            await start;
            _starts.TryRemove(effect.Attempt, out _);
        }
    }

    private async Task StartAsync(StartEffect start, IReadOnlyList<int> sealGenerations, InstanceSlice? slice)
    {
        var attempt = start.Attempt;
        try
        {
            var planned = graph.Plan.Tasks[attempt.Task].Resources;
            var resources = new ResourceLimits(start.CpuMillicores ?? planned.CpuMillicores, start.MemoryBytes);
            var descriptor = options.Describe(attempt.Task, attempt.Index, attempt.Generation, attempt.Attempt, sealGenerations, resources, slice);
            await launcher.StartAsync(new LaunchRequest(descriptor, options.RunKey), ending);
            Post((core, now) =>
            {
                core.LaunchAccepted(attempt);
                report.Accepted(core.IsHolding, now);
            });
        }
        catch (LaunchException refusal) when (refusal.Hold)
        {
            Post((core, now) =>
            {
                core.LaunchHeld(attempt, now, refusal.RetryAfter);
                report.Held(refusal.Message, now);
            });
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The next driver finds out whether it was started.
        }
        catch (Exception failure)
        {
            // Whatever a backend fails with is the infrastructure's failure, unless it says that the task can never start.
            var never = failure is LaunchException;
            Post((core, now) => core.LaunchFailed(attempt, never, failure.Message, now));
        }
    }

    private async Task CancelAsync(CancelEffect cancel)
    {
        try
        {
            if (_starts.TryGetValue(cancel.Attempt, out var start))
            {
                // Overtaken by its cancellation, the attempt would run on.
                await start;
            }

            await launcher.CancelAsync(graph.Name(run, cancel.Attempt), cancel.Immediately, ending);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The driver ends, and with it the wait.
        }
        catch (Exception failure)
        {
            ThrowIntoLoop(failure);
        }
    }

    private async Task SealAsync(SealEffect seal, int[] generations)
    {
        var output = graph.Plan.Tasks[seal.Task].Outputs[seal.Output];
        var id = new SealId(run, new OutputId(graph.Plan.Tasks[seal.Task].Name, output.Name), seal.Generation);
        var request = new SealRequest(id, seal.Epoch, output.Partitioning.Count, generations);
        try
        {
            var record = await patience.CallAsync($"seal {id.Output}", token => records.SealAsync(request, token), ending);
            Post((core, _) => core.SealWritten(seal, record));
        }
        catch (ShuffleException failure) when (failure.Error is ShuffleError.NotFound or ShuffleError.DataLoss)
        {
            Post((core, _) => core.SealLacksCommit(seal, $"{id.Output} cannot be sealed: {failure.Message}"));
        }
        catch (ShuffleException failure) when (failure.Error is ShuffleError.SchemaMismatch or ShuffleError.Invalid)
        {
            Post((core, _) => core.SealImpossible($"{id.Output} cannot be sealed: {failure.Message}"));
        }
        catch (Exception failure)
        {
            ThrowIntoLoop(failure);
        }
    }

    private async Task SliceAsync(SliceEffect slice, int[] generations)
    {
        var source = graph.SplitOf(slice.Task)!;
        var reader = new SliceReader(records, run);
        try
        {
            var found = await patience.CallAsync(
                $"choose the slices of {source.Split.Over}", token => reader.ReadAsync(source, slice.SealGeneration, generations, token), ending);
            Post((core, _) => core.Sliced(slice, found));
        }
        catch (ShuffleException failure) when (failure.Error is ShuffleError.NotFound or ShuffleError.DataLoss)
        {
            Post((core, _) => core.SlicingImpossible($"{source.Split.Over} cannot be split: {failure.Message}"));
        }
        catch (Exception failure)
        {
            ThrowIntoLoop(failure);
        }
    }

    private async Task ReadCommitAsync(ReadCommitEffect read)
    {
        var instance = new InstanceId(graph.Plan.Tasks[read.Attempt.Task].Name, read.Attempt.Index);
        try
        {
            var found = await patience.CallAsync(
                $"read the commit of {instance}",
                token => CommitReader.ReadAsync(records, run, instance, read.Attempt.Generation, token),
                ending);
            Post((core, now) => core.CommitRead(read.Attempt, read.Facts, found, now));
        }
        catch (Exception failure)
        {
            ThrowIntoLoop(failure);
        }
    }

    private async Task VerifyAsync()
    {
        try
        {
            var report = await patience.CallAsync("read the committed data back", token => records.VerifyAsync(run, token), ending);
            var losses = new List<AttemptRef>();
            foreach (var loss in report.Losses)
            {
                if (graph.TryFind(loss.Instance.Task, loss.Instance.Index, out var task))
                {
                    losses.Add(new AttemptRef(task, loss.Instance.Index, loss.Generation, 0));
                }
            }

            Post((core, now) => core.Verified(losses, now));
        }
        catch (Exception failure)
        {
            ThrowIntoLoop(failure);
        }
    }

    private void ThrowIntoLoop(Exception failure)
    {
        if (failure is OperationCanceledException && ending.IsCancellationRequested)
        {
            return;
        }

        var captured = ExceptionDispatchInfo.Capture(failure);
        Post((_, _) => captured.Throw());
    }

    private void Post(Action<DriverCore, DateTimeOffset> item) => news.TryWrite(item);
}
