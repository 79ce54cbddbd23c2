using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Hosting;

namespace Executor.TaskRunner.Tests.Processes;

/// <summary>The runner as a process of its own, against a store behind Arrow Flight in this one.</summary>
public sealed class RunnerFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("task-runner-tests-");
    private ShuffleStoreHost? _store;

    public string Folder => _folder.FullName;

    internal ShuffleStoreHost Store => _store!;

    public async ValueTask InitializeAsync() => _store = await ShuffleStoreHost.StartAsync(
        new ShuffleStoreOptions { Directory = Path.Combine(Folder, "store"), Listen = new IPEndPoint(IPAddress.Loopback, 0) },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Starts the runner, by a command in between where one is given.</summary>
    internal RunningRunner Start(TaskDescriptor descriptor, params string[] wrapper) => StartAt(Store.Address, descriptor, wrapper);

    /// <summary>Starts the runner with another way to the store.</summary>
    internal RunningRunner StartAt(Uri store, TaskDescriptor descriptor, params string[] wrapper)
    {
        var report = Path.Combine(Folder, Guid.NewGuid().ToString("n"));
        string[] command = [.. wrapper, Path.Combine(AppContext.BaseDirectory, "task-runner")];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            Environment =
            {
                [EnvironmentNames.Descriptor] =
                    JsonSerializer.Serialize(descriptor with { Stores = [store] }, ContractsJson.Default.TaskDescriptor),
                [EnvironmentNames.RunKey] = Store.RunKeyOf(descriptor.Attempt.Run),
                [EnvironmentNames.TerminationLog] = report,
                [EnvironmentNames.ScratchDirectory] = Path.Combine(Folder, "scratch"),
                [EnvironmentNames.DieWithParent] = "1",
            },
        };
        return new RunningRunner(Process.Start(start)!, report);
    }

    internal Task<SealRecord> SealAsync(string task, string output, int partitions, int instances = 1) => Store.Records.SealAsync(
        new SealRequest(new SealId(AttemptHarness.Run, new OutputId(task, output), 0), 0, partitions, new int[instances]),
        TestContext.Current.CancellationToken);

    internal async Task<CommitRecord?> CommitOfAsync(TaskDescriptor descriptor) =>
        await Store.Records.GetAsync(
            descriptor.Attempt.Run, RecordKeys.Commit(descriptor.Attempt.Instance, 0), TestContext.Current.CancellationToken) is { } json
            ? JsonSerializer.Deserialize(json.Span, ContractsJson.Default.CommitRecord)
            : null;
}

/// <summary>A runner that was started.</summary>
internal sealed class RunningRunner(Process process, string report) : IDisposable
{
    public Process Process => process;

    /// <summary>Returns once it has ended and nobody writes to its standard error any more.</summary>
    public async Task<(int ExitCode, string Log)> EndAsync()
    {
        var log = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, log);
    }

    /// <summary>Its latest report.</summary>
    public async Task<TerminationReport> ReportAsync() => TerminationSlots.Decode(await File.ReadAllBytesAsync(report))!;

    public void Dispose() => process.Dispose();
}
