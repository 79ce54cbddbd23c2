using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.TaskRunner.Measuring;
using Executor.TaskRunner.Native;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>The runner as a whole: from its environment to its exit code. Whatever happens in between ends in a report.</summary>
/// <param name="settings">What the environment says.</param>
/// <param name="connect">Makes the connection to the store.</param>
/// <param name="log">The attempt's log.</param>
/// <param name="stop">The wishes to stop.</param>
/// <param name="time">The clock.</param>
internal sealed class RunnerProcess(
    RunnerSettings settings, Func<IReadOnlyList<Uri>, RunnerSettings, StoreConnection> connect, AttemptLog log, StopSignals stop, TimeProvider time)
{
    // After the outcome is settled: nobody waits for a log longer than this, nor for a store that does not answer.
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeastLogLimit = TimeSpan.FromSeconds(1);

    // From the request to stop on, which the body has three seconds of: what that does not need the log has, and one second at least.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(4);

    private long _stoppedAt;

    /// <summary>Makes this process fit to be the parent of a body.</summary>
    public static void PrepareProcess()
    {
        // Inherited as ignored, it would make the kernel reap the body without telling how it ended.
        _ = Libc.SetSignalHandler(Libc.SignalChild, 0);
        _ = Libc.ProcessControl(Libc.ChildSubreaper, 1);
    }

    /// <summary>Runs the attempt that the environment describes.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        using var stopping = stop.Token.Register(() => Volatile.Write(ref _stoppedAt, time.GetTimestamp()));
        using var gpus = settings.Gpus > 0 ? new GpuMeter(settings.Gpus, settings.GpuLibraries ?? Nvml.Paths, time) : null;
        var meter = new AttemptMeter(CgroupLocator.Find(settings.Cgroup), time, gpus);
        ProgressReader? progress = null;
        using var reporter = new AttemptReporter(
            OpenTerminationFile(), settings.Incarnation, log, meter.Measure, () => progress?.Read(), time);
        reporter.Report(static report => report);

        DescriptorSource source;
        StoreConnection store;
        try
        {
            RequireLogFormat();
            RequireStoreTrust();
            source = DescriptorSource.Find(settings.Environment);
            store = connect(source.Stores, settings);
        }
        catch (Exception e)
        {
            return Fail(reporter, AttemptFailures.From(e));
        }

        await using (store)
        {
            TaskDescriptor descriptor;
            try
            {
                descriptor = await source.ReadAsync(store.Records, stop.Token);
            }
            catch (Exception e)
            {
                return Fail(reporter, FailureOf(e));
            }

            log.Identify(new WriterId(descriptor.Attempt, settings.Incarnation));
            var code = await RunAsync(descriptor, store, meter, reporter, path => progress = new ProgressReader(path));
            await KeepLogAsync(store.Records, descriptor.Attempt);
            return code;
        }
    }

    private void RequireLogFormat()
    {
        if (settings.LogFormat is not (LogFormats.Text or LogFormats.Json))
        {
            throw DescriptorReader.Invalid(
                $"{EnvironmentNames.LogFormat} is '{settings.LogFormat}', expected {LogFormats.Text} or {LogFormats.Json}");
        }
    }

    private void RequireStoreTrust()
    {
        if (settings.StoreTrust?.Authorities is { } authorities && StoreTrust.ComplaintOf(authorities) is { } complaint)
        {
            throw DescriptorReader.Invalid($"{EnvironmentNames.StoreAuthorities} {complaint}");
        }
    }

    private async Task<int> RunAsync(
        TaskDescriptor descriptor, StoreConnection store, AttemptMeter meter, AttemptReporter reporter, Action<string> watchProgress)
    {
        try
        {
            using var folders = new AttemptFolders(settings.ScratchDirectory, new WriterId(descriptor.Attempt, settings.Incarnation));
            watchProgress(folders.Progress);
            var won = await new AttemptRunner(settings, descriptor, store, meter, reporter, log, stop, time).RunAsync(folders);
            reporter.End(report => report with { Phase = won ? AttemptPhase.Committed : AttemptPhase.Superseded });
            return RunnerExitCodes.Succeeded;
        }
        catch (Exception e)
        {
            return Fail(reporter, FailureOf(e));
        }
    }

    private AttemptFailedException FailureOf(Exception exception) => exception is OperationCanceledException && stop.Token.IsCancellationRequested
        ? new AttemptFailedException(AttemptFailure.Terminated, "the runner was asked to stop")
        : AttemptFailures.From(exception);

    private int Fail(AttemptReporter reporter, AttemptFailedException failure)
    {
        log.Line(failure.Message);
        reporter.End(report => report with { Phase = AttemptPhase.Failed, Failure = failure.Failure, Error = failure.Message });
        return AttemptFailures.ExitCodeOf(failure);
    }

    private async Task KeepLogAsync(IRunRecords records, AttemptId attempt)
    {
        var kept = log.Kept();
        if (kept.Length == 0)
        {
            return;
        }

        using var limit = new CancellationTokenSource(TimeForLog(), time);
        try
        {
            await records.CreateAsync(attempt.Run, RecordKeys.Log(attempt), kept, limit.Token);
        }
        catch (Exception e) when (e is ShuffleException or OperationCanceledException)
        {
            log.Line($"the log was not kept: {e.Message}");
        }
    }

    private TimeSpan TimeForLog()
    {
        if (!stop.Token.IsCancellationRequested)
        {
            return LogLimit;
        }

        var left = StopLimit - time.GetElapsedTime(Volatile.Read(ref _stoppedAt));
        return left > LeastLogLimit ? left : LeastLogLimit;
    }

    private TerminationFile? OpenTerminationFile()
    {
        if (settings.TerminationLog is not { } path)
        {
            return null;
        }

        try
        {
            return TerminationFile.Open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Line($"the termination report cannot be written ({EnvironmentNames.TerminationLog}): {e.Message}");
            return null;
        }
    }
}
