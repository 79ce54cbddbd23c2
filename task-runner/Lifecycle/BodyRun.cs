using Executor.Contracts.Reporting;
using Executor.TaskRunner.Execution;
using Executor.TaskRunner.Native;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>
/// One run of a body with everything that goes on meanwhile: feeding, collecting, its time and the wish to stop. The first thing that goes wrong
/// decides the failure, and ends the body.
/// </summary>
internal sealed class BodyRun : IDisposable
{
    // What a killed group's descriptors and threads take to go away; beyond it nothing is waited for.
    private static readonly TimeSpan AftermathLimit = TimeSpan.FromSeconds(1);

    private const int OutputBufferBytes = 64 << 10;

    private readonly BodyProcess _body;
    private readonly AttemptLog _log;
    private readonly StopSignals _stop;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _feeding = new();
    private readonly CancellationTokenSource _collecting = new();
    private AttemptFailedException? _failure;
    private volatile bool _stopped;

    public BodyRun(BodyProcess body, AttemptLog log, StopSignals stop, TimeProvider time)
    {
        _body = body;
        _log = log;
        _stop = stop;
        _time = time;
    }

    /// <summary>Writes to the body's standard input; null for a body without.</summary>
    public Func<Stream, CancellationToken, Task>? Feed { get; init; }

    /// <summary>Reads the body's standard output to its end; null passes it to the log.</summary>
    public Func<Stream, CancellationToken, Task>? Collect { get; init; }

    /// <summary>How long the body may run; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Returns how the body ended, by itself.</summary>
    /// <exception cref="AttemptFailedException">Something else ended it.</exception>
    public async Task<BodyExit> ToEndAsync()
    {
        using var stopping = _stop.Token.Register(() => Fail(Stopped(), _stop.Signal, StopMode.Gracefully));
        await using var timer = Timeout is { } limit
            ? _time.CreateTimer(_ => Fail(TimedOut(limit), Libc.SignalTerminate, StopMode.Gracefully), null, limit, System.Threading.Timeout.InfiniteTimeSpan)
            : null;
        var errors = LogPump.Start(_body.Error, _log);
        var feeding = FeedAsync();
        var collecting = CollectAsync();

        var exit = await _body.Exit;
        await _feeding.CancelAsync();
        if (!exit.Succeeded || _failure is not null)
        {
            await _collecting.CancelAsync();
        }

        await AtMostAsync(_body.Reaped);
        await (exit.Succeeded && _failure is null ? collecting : AtMostAsync(collecting));
        await AtMostAsync(errors);
        await AtMostAsync(feeding);

        // A body that fails by itself says more than what its half-written output looks like.
        var failure = _failure is { Failure: AttemptFailure.InvalidOutput } && !exit.Succeeded && !_stopped ? null : _failure;
        return failure is null ? exit : throw failure;
    }

    public void Dispose()
    {
        _feeding.Dispose();
        _collecting.Dispose();
    }

    private async Task FeedAsync()
    {
        if (Feed is null)
        {
            return;
        }

        await using var input = new FileStream(_body.Input!, FileAccess.Write, bufferSize: 0);
        try
        {
            await Feed(input, _feeding.Token);
        }
        catch (IOException e) when (e.HResult == Libc.ErrorBrokenPipe)
        {
            // The body has read what it wanted.
        }
        catch (OperationCanceledException) when (_feeding.IsCancellationRequested)
        {
            // The body has ended without reading to the end.
        }
        catch (Exception e)
        {
            // Killed before its input is closed: it must not take a cut input for a complete one.
            Fail(AttemptFailures.From(e), Libc.SignalKill, StopMode.AtOnce);
            await _body.Exit;
        }
    }

    private async Task CollectAsync()
    {
        if (Collect is null)
        {
            await LogPump.Start(_body.Output, _log);
            return;
        }

        await using var output = new FileStream(_body.Output, FileAccess.Read, OutputBufferBytes);
        try
        {
            await Collect(output, _collecting.Token);
        }
        catch (OperationCanceledException) when (_collecting.IsCancellationRequested)
        {
            // The body has failed; its output counts no more.
        }
        catch (Exception e)
        {
            var failure = AttemptFailures.From(e);
            Fail(failure, Libc.SignalTerminate, failure.Failure == AttemptFailure.InvalidOutput ? StopMode.OnceItHadTime : StopMode.Gracefully);
        }

        // Whatever happens to its output, a body that writes must not be held up.
        await DrainAsync(output);
    }

    private static async Task DrainAsync(FileStream output)
    {
        try
        {
            await output.CopyToAsync(Stream.Null);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The body was given up meanwhile.
        }
    }

    private void Fail(AttemptFailedException failure, int signal, StopMode mode)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is null)
        {
            _ = StopBodyAsync(signal, mode);
        }
        else if (mode == StopMode.AtOnce || signal == Libc.SignalKill)
        {
            _body.Signal(Libc.SignalKill);
        }
    }

    private async Task StopBodyAsync(int signal, StopMode mode)
    {
        if (mode == StopMode.OnceItHadTime)
        {
            try
            {
                await _body.Exit.WaitAsync(BodyStop.Grace, _time);
                return;
            }
            catch (TimeoutException)
            {
                // It goes on although nothing of its output can be used.
            }
        }

        _stopped = true;
        await _body.StopAsync(signal, _time);
    }

    private async Task AtMostAsync(Task task)
    {
        try
        {
            await task.WaitAsync(AftermathLimit, _time);
        }
        catch (TimeoutException)
        {
            _log.Line("a process that left the body's process group still holds its standard input or output");
        }
    }

    private AttemptFailedException Stopped() => new(
        AttemptFailure.Terminated,
        _stop.Signal == Libc.SignalKill
            ? "the runner's parent has ended and the attempt with it"
            : $"the runner was asked to stop by signal {_stop.Signal}");

    private static AttemptFailedException TimedOut(TimeSpan limit) =>
        new(AttemptFailure.TimedOut, $"the body ran longer than its time limit of {limit:c}");

    private enum StopMode
    {
        AtOnce,
        Gracefully,
        OnceItHadTime,
    }
}
