using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Reporting;

/// <summary>
/// Keeps what is known of the attempt and writes it to the termination message: at every change, and about once a second in between, so that
/// the kernel may kill the runner at any moment and the message still tells what was used. Thread-safe.
/// </summary>
internal sealed class AttemptReporter : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TerminationFile? _file;
    private readonly AttemptLog _log;
    private readonly Func<AttemptUsage> _measure;
    private readonly Func<double?> _progress;
    private readonly ITimer _heartbeat;
    private TerminationReport _report;
    private bool _ended;

    /// <param name="file">The termination message; null where there is none.</param>
    /// <param name="incarnation">The writer's incarnation.</param>
    /// <param name="log">The log whose tail goes into the reports.</param>
    /// <param name="measure">The measures up to now.</param>
    /// <param name="progress">The body's own word on how far it is.</param>
    /// <param name="time">The clock of the heartbeat.</param>
    public AttemptReporter(
        TerminationFile? file, string incarnation, AttemptLog log, Func<AttemptUsage> measure, Func<double?> progress, TimeProvider time)
    {
        _file = file;
        _log = log;
        _measure = measure;
        _progress = progress;
        _report = new TerminationReport { Sequence = 0, Phase = AttemptPhase.Fetching, Incarnation = incarnation };
        _heartbeat = time.CreateTimer(static state => ((AttemptReporter)state!).Beat(), this, Interval, Interval);
    }

    /// <summary>The latest report.</summary>
    public TerminationReport Current
    {
        get
        {
            lock (_gate)
            {
                return _report;
            }
        }
    }

    /// <summary>Changes what is known and reports it.</summary>
    public void Report(Func<TerminationReport, TerminationReport> change)
    {
        lock (_gate)
        {
            WriteNext_NeedsLock(change(_report));
        }
    }

    /// <summary>Reports for the last time: nothing is written afterwards.</summary>
    public void End(Func<TerminationReport, TerminationReport> change)
    {
        lock (_gate)
        {
            WriteNext_NeedsLock(change(_report));
            _ended = true;
        }
    }

    public void Dispose()
    {
        _heartbeat.Dispose();
        lock (_gate)
        {
            _ended = true;
            _file?.Dispose();
        }
    }

    private void Beat()
    {
        lock (_gate)
        {
            WriteNext_NeedsLock(_report);
        }
    }

    private void WriteNext_NeedsLock(TerminationReport report)
    {
        if (_ended)
        {
            return;
        }

        _report = report with
        {
            Sequence = _report.Sequence + 1,
            Usage = _measure(),
            Progress = _progress() ?? _report.Progress,
            LogTail = _log.Tail(),
        };
        try
        {
            _file?.Write(_report);
        }
        catch (IOException)
        {
            // The message is news only: an attempt does not fail for it.
        }
    }
}
