using System.Text.Json;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Lifecycle;
using Executor.TaskRunner.Reporting;
using Executor.TaskRunner.Tests.Store;

namespace Executor.TaskRunner.Tests;

/// <summary>Runs attempts in this process, with real bodies and a folder of their own.</summary>
internal sealed class AttemptHarness : IDisposable
{
    public const string Run = "run-1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("task-runner-tests-");

    public MemoryStore Store { get; } = new();

    public string Folder => _folder.FullName;

    public string ScratchFolder => Path.Combine(Folder, "scratch");

    /// <summary>Further variables of the runner.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public static TaskDescriptor Task(string name, params string[] command) => new()
    {
        Attempt = new AttemptId(Run, name, 0, 0, 1),
        Definition = "definition",
        TaskDefinition = "task-definition",
        Stores = [new Uri("http://127.0.0.1:1")],
        Command = command,
        Resources = new ResourceLimits(1000, 256 << 20),
    };

    public static TaskDescriptor Shell(string name, string script) => Task(name, "sh", "-c", script);

    public static OutputDescriptor Output(
        string name, DataFormat format, bool stdout = true, PartitioningKind kind = PartitioningKind.Unpartitioned, int count = 1,
        string[]? columns = null, string[]? bounds = null) => new()
        {
            Name = name,
            Format = format,
            Stdout = stdout,
            Partitioning = new PartitioningDescriptor { Kind = kind, Count = count, Columns = columns ?? [], Bounds = bounds ?? [] },
        };

    public static InputDescriptor Input(string from, DataFormat format, bool stdin = true, int? partition = null)
    {
        Assert.True(OutputId.TryParse(from, out var id));
        return new InputDescriptor { From = id, SealGeneration = 0, Format = format, Stdin = stdin, Partition = partition };
    }

    /// <summary>Runs an attempt to its end.</summary>
    /// <param name="descriptor">The attempt.</param>
    /// <param name="whileRunning">Gets the wish to stop as soon as the attempt has begun.</param>
    public async Task<AttemptResult> RunAsync(TaskDescriptor descriptor, Func<StopSignals, Task>? whileRunning = null)
    {
        var incarnation = Guid.NewGuid().ToString("n");
        var report = Path.Combine(Folder, $"report-{incarnation}");
        var environment = new Dictionary<string, string>(Environment)
        {
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
            [EnvironmentNames.Descriptor] = JsonSerializer.Serialize(descriptor, ContractsJson.Default.TaskDescriptor),
            [EnvironmentNames.RunKey] = "secret",
            [EnvironmentNames.Incarnation] = incarnation,
            [EnvironmentNames.TerminationLog] = report,
        };
        environment.TryAdd(EnvironmentNames.ScratchDirectory, ScratchFolder);
        var log = new AttemptLog(-1);
        using var stop = new StopSignals();
        var process = new RunnerProcess(
            RunnerSettings.FromEnvironment(environment, isFirstProcess: false),
            (_, _) => new StoreConnection(Store, Store),
            log,
            stop,
            TimeProvider.System);
        var running = process.RunAsync();
        if (whileRunning is not null)
        {
            await whileRunning(stop);
        }

        var code = await running;
        Assert.False(Directory.Exists(ScratchFolder) && Directory.EnumerateFileSystemEntries(ScratchFolder).Any(), "the scratch folder is not empty");
        return new AttemptResult(
            code,
            TerminationSlots.Decode(await File.ReadAllBytesAsync(report)),
            Store.Commits.GetValueOrDefault(RecordKeys.Commit(descriptor.Attempt.Instance, 0)),
            System.Text.Encoding.UTF8.GetString(log.Kept()),
            new WriterId(descriptor.Attempt, incarnation));
    }

    /// <summary>The rows of one partition of an output, decoded block by block: each block must stand alone.</summary>
    public List<RecordBatch> Rows(AttemptResult result, string output, int? partition = null)
    {
        var schema = result.Commit!.Outputs.Single(candidate => candidate.Name == output).Schema;
        var batches = new List<RecordBatch>();
        foreach (var (header, payload) in Store.Blocks(result.Writer, output).Where(block => partition is null || block.Header.Partition == partition))
        {
            using var reader = new ArrowStreamReader(new MemoryStream([.. schema.Span, .. payload]));
            var batch = reader.ReadNextRecordBatch();
            Assert.NotNull(batch);
            Assert.Equal(header.Rows, batch.Length);
            Assert.Null(reader.ReadNextRecordBatch());
            batches.Add(batch);
        }

        return batches;
    }

    /// <summary>The lines of a text output.</summary>
    public List<string?> Lines(AttemptResult result, string output, int? partition = null) =>
        [.. Rows(result, output, partition).SelectMany(batch =>
            Enumerable.Range(0, batch.Length).Select(i => ((StringArray)batch.Column(0)).GetString(i)))];

    /// <summary>Writes an Arrow stream to a file that bodies can print.</summary>
    public string ArrowFile(string name, params RecordBatch[] batches)
    {
        var path = Path.Combine(Folder, name);
        using var writer = new ArrowStreamWriter(File.Create(path), batches[0].Schema);
        foreach (var batch in batches)
        {
            writer.WriteRecordBatch(batch);
        }

        writer.WriteEnd();
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>What is left of an attempt.</summary>
internal sealed record AttemptResult(int ExitCode, TerminationReport? Report, CommitRecord? Commit, string Log, WriterId Writer);
