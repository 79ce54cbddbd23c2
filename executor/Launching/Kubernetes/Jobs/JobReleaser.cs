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
    private readonly TimeProvider _time;
    private readonly Channel<string> _hashes = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _ending = new();
    private TaskCompletionSource _wanted = NewWant();
    private int _waiting;
    private Task _loop = Task.CompletedTask;

    /// <summary>A releaser of a run's Jobs; it does nothing before <see cref="Start"/>.</summary>
    public JobReleaser(GenericClient<V1Job> jobs, string run, TimeProvider time)
    {
        _jobs = jobs;
        _run = run;
        _time = time;
    }

    /// <summary>Begins to delete.</summary>
    public void Start() => _loop = RunAsync();

    /// <summary>Lets an attempt's Job be deleted soon.</summary>
    public void Release(AttemptId attempt)
    {
        if (_hashes.Writer.TryWrite(ObjectNames.AttemptHash(attempt)) && Interlocked.Increment(ref _waiting) >= MaxBatch)
        {
            Hurry();
        }
    }

    /// <summary>Has what was released so far deleted now: something waits for a quota that finished Jobs count against.</summary>
    public void Hurry() => Volatile.Read(ref _wanted).TrySetResult();

    /// <summary>Deletes what waits, within 10 s.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_hashes.Writer.TryComplete())
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
        while (await _hashes.Reader.WaitToReadAsync(_ending.Token))
        {
            using var gathered = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            await Task.WhenAny(Task.Delay(Gather, _time, gathered.Token), _wanted.Task, _hashes.Reader.Completion);
            await gathered.CancelAsync();
            Volatile.Write(ref _wanted, NewWant());
            while (_hashes.Reader.TryPeek(out _))
            {
                await DeleteAsync(Take());
            }
        }
    }

    private static TaskCompletionSource NewWant() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<string> Take()
    {
        var batch = new List<string>();
        while (batch.Count < MaxBatch && _hashes.Reader.TryRead(out var hash))
        {
            batch.Add(hash);
        }

        Interlocked.Add(ref _waiting, -batch.Count);
        return batch;
    }

    private async Task DeleteAsync(List<string> hashes)
    {
        var selection = new ListOptions
        {
            LabelSelector = $"{KubernetesLabels.Run}={_run},{KubernetesLabels.AttemptHash} in ({string.Join(',', hashes)})",
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
