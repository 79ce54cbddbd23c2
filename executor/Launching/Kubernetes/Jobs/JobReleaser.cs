using System.Threading.Channels;
using Executor.Contracts.Identity;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Pods;

namespace Executor.Launching.Kubernetes.Jobs;

/// <summary>
/// Deletes Jobs whose ends are on record, hundreds with one request: what is released is gathered for half a minute, or until there is need of the
/// room that it takes. Deletions that fail are tried again; what is left when the executor ends is
/// the anchor's to delete, or <c>executor gc</c>'s. Thread-safe.
/// </summary>
internal sealed class JobReleaser : IAsyncDisposable
{
    /// <summary>The most Jobs of one request.</summary>
    public const int MaxBatch = 500;

    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastTry = TimeSpan.FromSeconds(10);

    private readonly GenericClient<V1Job> _jobs;
    private readonly string _run;
    private readonly Action<AttemptId> _onDeleted;
    private readonly TimeProvider _time;
    private readonly Channel<AttemptId> _released = Channel.CreateUnbounded<AttemptId>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _ending = new();
    private TaskCompletionSource _wanted = NewWant();
    private int _waiting;
    private Task _loop = Task.CompletedTask;

    /// <summary>A releaser of a run's Jobs; it does nothing before <see cref="Start"/>.</summary>
    /// <param name="jobs">The Jobs.</param>
    /// <param name="run">The run.</param>
    /// <param name="onDeleted">Is told of each attempt whose Job is gone.</param>
    /// <param name="time">The clock.</param>
    public JobReleaser(GenericClient<V1Job> jobs, string run, Action<AttemptId> onDeleted, TimeProvider time)
    {
        _jobs = jobs;
        _run = run;
        _onDeleted = onDeleted;
        _time = time;
    }

    /// <summary>Begins to delete.</summary>
    public void Start() => _loop = RunAsync();

    /// <summary>Lets an attempt's Job be deleted soon.</summary>
    public void Release(AttemptId attempt)
    {
        if (_released.Writer.TryWrite(attempt) && Interlocked.Increment(ref _waiting) >= MaxBatch)
        {
            Hurry();
        }
    }

    /// <summary>Has what was released so far deleted now: something waits for a quota that finished Jobs count against.</summary>
    public void Hurry() => Volatile.Read(ref _wanted).TrySetResult();

    /// <summary>Deletes what waits, within 10 s.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_released.Writer.TryComplete())
        {
            return;
        }

        Hurry();
        _ending.CancelAfter(LastTry);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _released.Reader.WaitToReadAsync(_ending.Token))
        {
            using var gathered = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            await Task.WhenAny(Task.Delay(Gather, _time, gathered.Token), _wanted.Task, _released.Reader.Completion);
            await gathered.CancelAsync();
            Volatile.Write(ref _wanted, NewWant());
            while (_released.Reader.TryPeek(out _))
            {
                var batch = Take();
                await DeleteAsync(batch);
                batch.ForEach(_onDeleted);
            }
        }
    }

    private static TaskCompletionSource NewWant() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<AttemptId> Take()
    {
        var batch = new List<AttemptId>();
        while (batch.Count < MaxBatch && _released.Reader.TryRead(out var attempt))
        {
            batch.Add(attempt);
        }

        Interlocked.Add(ref _waiting, -batch.Count);
        return batch;
    }

    private async Task DeleteAsync(List<AttemptId> attempts)
    {
        var selection = new ListOptions
        {
            LabelSelector = $"{KubernetesLabels.Run}={_run},{KubernetesLabels.AttemptHash} in ({string.Join(',', attempts.Select(ObjectNames.AttemptHash))})",
        };
        var options = new V1DeleteOptions { PropagationPolicy = V1DeleteOptions.Background };
        while (true)
        {
            try
            {
                await _jobs.DeleteCollectionAsync(selection, options, _ending.Token);
                return;
            }
            catch (KubernetesException failure)
            {
                await Task.Delay(failure.RetryAfter ?? RetryPause, _time, _ending.Token);
            }
        }
    }
}
