using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;

namespace Executor.Launching.Local;

/// <summary>One runner process, from its start until nothing of it is left.</summary>
internal sealed class LocalAttempt
{
    private const int SignalExitBase = 128;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly int _pid;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AttemptCgroup? _cgroup;
    private readonly bool _keepFiles;
    private volatile bool _cancelled;
    private volatile bool _outOfMemory;

    private LocalAttempt(LaunchRequest request, AttemptDirectory directory, Process process, AttemptCgroup? cgroup, bool keepFiles)
    {
        Id = request.Descriptor.Attempt;
        MemoryLimitBytes = request.Descriptor.Resources.MemoryBytes;
        Directory = directory;
        _process = process;
        _pid = process.Id;
        _cgroup = cgroup;
        _keepFiles = keepFiles;
        process.Exited += (_, _) => _exited.TrySetResult();
        process.EnableRaisingEvents = true;
        Ended = FollowAsync();
    }

    public AttemptId Id { get; }

    public long MemoryLimitBytes { get; }

    public AttemptDirectory Directory { get; }

    /// <summary>Completes, never with an error, once the runner and all that it started are gone.</summary>
    public Task<AttemptFacts> Ended { get; }

    /// <summary>Starts the runner with a fresh incarnation.</summary>
    public static async Task<LocalAttempt> StartAsync(LaunchRequest request, LocalLauncherOptions options, CancellationToken cancellationToken)
    {
        var descriptor = request.Descriptor;
        var directory = AttemptDirectory.Create(options.Directory, descriptor.Attempt);
        await File.WriteAllBytesAsync(
            directory.Descriptor,
            JsonSerializer.SerializeToUtf8Bytes(descriptor, ContractsJson.Default.TaskDescriptor),
            cancellationToken);
        await File.WriteAllBytesAsync(directory.Termination, new byte[TerminationSlots.TotalBytes], cancellationToken);

        var incarnation = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var cgroup = options.Cgroups is { } root
            ? AttemptCgroup.Create(root, $"executor-{incarnation}", descriptor.Resources.MemoryBytes)
            : null;
        var start = new ProcessStartInfo(options.Runner.TaskRunner)
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = directory.Scratch,
        };

        // This executor's own surroundings, as those of a pod, are none of the runner's business.
        foreach (var name in (string[])[EnvironmentNames.Descriptor, EnvironmentNames.DescriptorBlob, EnvironmentNames.LogFormat])
        {
            start.Environment.Remove(name);
        }

        start.Environment[EnvironmentNames.StoreAuthorities] = options.StoreTrust?.Authorities;
        start.Environment[EnvironmentNames.StoreServerName] = options.StoreTrust?.ServerName;

        start.Environment[EnvironmentNames.DescriptorFile] = directory.Descriptor;
        start.Environment[EnvironmentNames.RunKey] = request.RunKey;
        start.Environment[EnvironmentNames.Incarnation] = incarnation;
        start.Environment[EnvironmentNames.TerminationLog] = directory.Termination;
        start.Environment[EnvironmentNames.ScratchDirectory] = directory.Scratch;
        start.Environment[EnvironmentNames.DotnetHost] = options.Runner.DotnetHost;
        start.Environment[EnvironmentNames.DieWithParent] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (cgroup is not null)
        {
            start.Environment[EnvironmentNames.Cgroup] = string.Join(':', cgroup.Folders);
        }

        Process process;
        try
        {
            process = Process.Start(start) ?? throw new IOException($"{start.FileName} did not start");
        }
        catch
        {
            cgroup?.Remove();
            directory.Delete();
            throw;
        }

        cgroup?.Add(process.Id);
        var log = options.Log;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                log?.Invoke(descriptor.Attempt, text);
            }
        };
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        var attempt = new LocalAttempt(request, directory, process, cgroup, options.KeepFiles);
        try
        {
            await File.WriteAllTextAsync(
                directory.Process,
                string.Create(CultureInfo.InvariantCulture, $"{process.Id} {ProcessTable.StartTime(process.Id)}"),
                cancellationToken);
        }
        catch
        {
            // A runner that no later executor could find must not outlive a launch that is said to have failed.
            attempt.Cancel(immediately: true);
            await attempt.Ended;
            throw;
        }

        return attempt;
    }

    /// <summary>
    /// Asks the runner to end (SIGTERM), or ends it and all that it started (SIGKILL). May be called at any time, after the end too, by any thread.
    /// </summary>
    public void Cancel(bool immediately)
    {
        _cancelled = true;
        if (immediately)
        {
            Kill();
        }
        else if (!_exited.Task.IsCompleted)
        {
            // The pid of a runner that has gone may be another process's by now.
            ProcessTable.Signal(_pid, ProcessTable.SigTerm);
        }
    }

    /// <summary>Ends the attempt because it is over its memory limit.</summary>
    public void KillForMemory()
    {
        _outOfMemory = true;
        Kill();
    }

    /// <summary>The runner and everything that it started.</summary>
    public IEnumerable<int> Processes() =>
        _cgroup?.Processes() ?? ProcessTable.WithVariable(EnvironmentNames.ScratchDirectory, Directory.Scratch);

    private async Task<AttemptFacts> FollowAsync()
    {
        await _exited.Task;
        var code = _process.ExitCode;

        // .NET reports a death by signal as 128 + signal; a runner that ended in order has left a final report that says so.
        var report = Directory.ReadReport();
        var ordered = report?.Phase is AttemptPhase.Committed or AttemptPhase.Superseded or AttemptPhase.Failed;
        var signal = !ordered && code > SignalExitBase ? code - SignalExitBase : (int?)null;
        if (!ordered)
        {
            // Nobody is left to end what the body started.
            Kill();
        }

        await DrainLogAsync();

        var facts = new AttemptFacts
        {
            Seen = default,
            ExitCode = signal is null ? code : null,
            Signal = signal,
            OutOfMemory = _outOfMemory || _cgroup?.WasOutOfMemory() == true,
            Cancelled = _cancelled,
            Report = report,
            Node = Environment.MachineName,
        };
        _process.Dispose();
        _cgroup?.Remove();
        if (!_keepFiles)
        {
            Directory.Delete();
        }

        return facts;
    }

    // Standard error ends only with the last process that holds it, and a daemon that the body left behind may hold it for ever.
    private async Task DrainLogAsync()
    {
        using var limit = new CancellationTokenSource(DrainLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
    }

    private void Kill()
    {
        foreach (var pid in Processes())
        {
            ProcessTable.Signal(pid, ProcessTable.SigKill);
        }
    }
}
