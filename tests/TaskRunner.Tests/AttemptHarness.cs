using System.Buffers;
using System.Text;
using System.Text.Json;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.TaskRunner.Lifecycle;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Tests;

/// <summary>Runs attempts in this process: real bodies, the real store in memory, a folder of their own.</summary>
internal sealed class AttemptHarness : IAsyncDisposable
{
    public const string Run = "run-1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("task-runner-tests-");
    private readonly ShuffleEngine _engine = new(new MemoryObjectStore());
    private readonly Dictionary<string, TaskDescriptor> _tasks = [];

    public AttemptHarness()
    {
        Channel = new InProcessShuffleChannel(_engine);
        Records = new InProcessRunRecords(_engine);
    }

    public ChannelHooks Hooks { get; } = new();

    public IShuffleChannel Channel { get; }

    public IRunRecords Records { get; }

    public string Folder => _folder.FullName;

    public string ScratchFolder => Path.Combine(Folder, "scratch");

    /// <summary>Where NVIDIA's management library may be; null for where it really is.</summary>
    public IReadOnlyList<string>? GpuLibraries { get; set; }

    /// <summary>Further variables of the runner.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public static TaskDescriptor Task(string name, params string[] command) => new()
    {
        Attempt = new AttemptId(Run, name, 0, 0, 1),
        Definition = "definition",
        TaskDefinition = "taskdefinition",
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
        _tasks[descriptor.Attempt.Task] = descriptor;
        return await RunAsync(
            JsonSerializer.Serialize(descriptor, ContractsJson.Default.TaskDescriptor), descriptor.Attempt, whileRunning);
    }

    /// <summary>Runs whatever the text describes.</summary>
    public async Task<AttemptResult> RunAsync(string descriptor, AttemptId attempt, Func<StopSignals, Task>? whileRunning = null)
    {
        var incarnation = Guid.NewGuid().ToString("n");
        var report = Path.Combine(Folder, $"report-{incarnation}");
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
            [EnvironmentNames.Descriptor] = descriptor,
            [EnvironmentNames.RunKey] = "secret",
            [EnvironmentNames.Incarnation] = incarnation,
            [EnvironmentNames.TerminationLog] = report,
            [EnvironmentNames.ScratchDirectory] = ScratchFolder,
        };
        foreach (var (name, value) in Environment)
        {
            environment[name] = value;
        }

        var log = new AttemptLog(-1, LogFormats.Text, TimeProvider.System);
        using var stop = new StopSignals();
        var process = new RunnerProcess(
            RunnerSettings.FromEnvironment(environment, isFirstProcess: false) with { GpuLibraries = GpuLibraries },
            (_, _) => new StoreConnection(new HookedChannel(new InProcessShuffleChannel(_engine), Hooks), new InProcessRunRecords(_engine)),
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
            TerminationSlots.Decode(await File.ReadAllBytesAsync(report))!,
            await CommitOfAsync(attempt),
            Encoding.UTF8.GetString(log.Kept()));
    }

    /// <summary>The commit that stands for an attempt's instance.</summary>
    public async Task<CommitRecord?> CommitOfAsync(AttemptId attempt) =>
        await Records.GetAsync(attempt.Run, RecordKeys.Commit(attempt.Instance, attempt.Generation), CancellationToken.None) is { } json
            ? JsonSerializer.Deserialize(json.Span, ContractsJson.Default.CommitRecord)
            : null;

    /// <summary>Seals an output of a task that has run.</summary>
    public Task<SealRecord> SealAsync(string task, string output, int instances = 1) => Records.SealAsync(
        new SealRequest(
            new SealId(Run, new OutputId(task, output), 0),
            0,
            _tasks[task].Outputs.Single(candidate => candidate.Name == output).Partitioning.Count,
            new int[instances]),
        CancellationToken.None);

    /// <summary>The blocks of an output, decoded one by one: each must stand alone.</summary>
    public async Task<List<(BlockHeader Header, RecordBatch Rows)>> BlocksAsync(string task, string output, int? partition = null, int instances = 1)
    {
        var seal = await SealAsync(task, output, instances);
        var blocks = new List<(BlockHeader, RecordBatch)>();
        await foreach (var block in Channel.ReadAsync(
            new ReadSelection(new SealId(Run, seal.Output, 0), partition), CancellationToken.None))
        {
            using var reader = new ArrowStreamReader(new MemoryStream([.. seal.Schema.Span, .. block.Payload.ToArray()]));
            var batch = reader.ReadNextRecordBatch();
            Assert.NotNull(batch);
            Assert.Equal(block.Header.Rows, batch.Length);
            Assert.Null(reader.ReadNextRecordBatch());
            blocks.Add((block.Header, batch));
        }

        return blocks;
    }

    /// <summary>The lines of a text output.</summary>
    public async Task<List<string?>> LinesAsync(string task, string output, int? partition = null, int instances = 1) =>
        [.. (await BlocksAsync(task, output, partition, instances)).SelectMany(block =>
            Enumerable.Range(0, block.Rows.Length).Select(i => ((StringArray)block.Rows.Column(0)).GetString(i)))];

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

    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await _engine.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

/// <summary>What is left of an attempt.</summary>
internal sealed record AttemptResult(int ExitCode, TerminationReport Report, CommitRecord? Commit, string Log);
