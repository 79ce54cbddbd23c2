using System.Collections.Concurrent;
using System.Threading.Channels;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;

namespace Executor.Launching.InProcess;

/// <summary>What an attempt does; returns its exit code.</summary>
/// <param name="attempt">The attempt.</param>
/// <param name="cancellationToken">Asks it to end.</param>
internal delegate Task<int> InProcessBody(InProcessAttempt attempt, CancellationToken cancellationToken);

/// <summary>An attempt inside this process, which stands for runner and body at once: it commits by itself.</summary>
/// <param name="Descriptor">What to run.</param>
/// <param name="Incarnation">What tells this start of the attempt from any other.</param>
/// <param name="Channel">The way into the shuffle; null where the attempts need none.</param>
internal sealed record InProcessAttempt(TaskDescriptor Descriptor, string Incarnation, IShuffleChannel? Channel);

/// <summary>
/// Runs attempts as delegates on the thread pool. A body that throws has failed: <see cref="ShuffleException"/> as a runner would report it,
/// anything else as a failure of the body.
/// </summary>
/// <param name="body">What every attempt does.</param>
/// <param name="capacity">The most attempts at a time that the launcher asks for.</param>
/// <param name="channel">Passed on to attempts.</param>
/// <param name="time">The clock.</param>
internal sealed class InProcessLauncher(InProcessBody body, int capacity, IShuffleChannel? channel, TimeProvider time) : ILauncher
{
    private readonly ConcurrentDictionary<AttemptId, CancellationTokenSource> _running = new();
    private readonly Channel<Observation> _observations =
        System.Threading.Channels.Channel.CreateUnbounded<Observation>(new UnboundedChannelOptions { SingleReader = true });

    private long _starts;

    /// <inheritdoc/>
    public int Capacity => capacity;

    /// <inheritdoc/>
    public ResourceLimits? Largest => null;

    /// <inheritdoc/>
    public Task StartAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancel = new CancellationTokenSource();
        if (!_running.TryAdd(request.Descriptor.Attempt, cancel))
        {
            cancel.Dispose();
            return Task.CompletedTask;
        }

        var incarnation = $"in-process-{Interlocked.Increment(ref _starts)}";
        var attempt = new InProcessAttempt(request.Descriptor, incarnation, channel);
        _ = Task.Run(() => RunAsync(attempt, cancel), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task CancelAsync(AttemptId attempt, bool immediately, CancellationToken cancellationToken)
    {
        if (_running.TryGetValue(attempt, out var cancel))
        {
            try
            {
                await cancel.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended.
            }
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<AttemptId>> ListAsync(string run, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AttemptId>>([.. _running.Keys.Where(attempt => attempt.Run == run)]);

    /// <inheritdoc/>
    public void Release(AttemptId attempt, PlatformCause? cause)
    {
        // Nothing of an ended attempt is left in the process.
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Observation> ObserveAsync(CancellationToken cancellationToken) =>
        _observations.Reader.ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var attempt in _running.Keys)
        {
            await CancelAsync(attempt, immediately: true, CancellationToken.None);
        }

        _observations.Writer.TryComplete();
    }

    private async Task RunAsync(InProcessAttempt attempt, CancellationTokenSource cancel)
    {
        var id = attempt.Descriptor.Attempt;
        Tell(id, ObservedPhase.Running, new AttemptFacts { Seen = time.GetUtcNow() });
        var facts = await EndAsync(attempt, cancel.Token);
        _running.TryRemove(id, out _);
        cancel.Dispose();
        Tell(id, ObservedPhase.Ended, facts);
    }

    private async Task<AttemptFacts> EndAsync(InProcessAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            var exitCode = await body(attempt, cancellationToken);
            return new AttemptFacts { Seen = time.GetUtcNow(), ExitCode = exitCode };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new AttemptFacts { Seen = time.GetUtcNow(), ExitCode = RunnerExitCodes.Terminated, Cancelled = true };
        }
        catch (ShuffleException failure)
        {
            return Failed(attempt, failure.Message, failure.Error switch
            {
                ShuffleError.DataLoss => AttemptFailure.InputLost,
                ShuffleError.SchemaMismatch => AttemptFailure.InvalidOutput,
                _ => AttemptFailure.StoreUnavailable,
            });
        }
        catch (Exception failure)
        {
            // The body is foreign code: whatever it throws is its failure and nobody else's.
            return Failed(attempt, failure.Message, AttemptFailure.Body);
        }
    }

    private AttemptFacts Failed(InProcessAttempt attempt, string error, AttemptFailure failure) => new()
    {
        Seen = time.GetUtcNow(),
        Report = new TerminationReport
        {
            Sequence = 1,
            Phase = AttemptPhase.Failed,
            Incarnation = attempt.Incarnation,
            Error = error,
            Failure = failure,
        },
    };

    private void Tell(AttemptId attempt, ObservedPhase phase, AttemptFacts facts) =>
        _observations.Writer.TryWrite(new Observation(attempt, phase, facts));
}
