using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Launching.InProcess;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Records;
using Executor.Tests.Scheduling;
using Xunit;

namespace Executor.Tests.Driving;

/// <summary>The driver over the real store: three producers of a block each, two consumers that read all of it.</summary>
public sealed class DriverOverTheStoreTests : IAsyncDisposable
{
    private const string Run = "run-1";
    private static readonly RunPlan Plan = Plans.Chain(3, 2);
    private static readonly byte[] Schema = MessageEncoder.EncodeSchema(new Schema([new Field("x", Int64Type.Default, true)], null)).ToArray();
    private readonly MemoryObjectStore _objects = new();
    private readonly ShuffleEngine _engine;
    private readonly InProcessShuffleChannel _channel;
    private readonly InProcessRunRecords _records;
    private readonly RecordingObserver _observer = new();
    private readonly ConcurrentQueue<string> _read = new();

    public DriverOverTheStoreTests()
    {
        _engine = new ShuffleEngine(_objects);
        _channel = new InProcessShuffleChannel(_engine);
        _records = new InProcessRunRecords(_engine);
    }

    [Fact]
    public async Task Consumers_read_exactly_what_the_producers_committed()
    {
        var result = await DriveAsync((_, _) => Task.CompletedTask);
        Assert.Equal(RunEnd.Succeeded, result.End);
        Assert.Equal(["row 0.0 row 1.0 row 2.0", "row 0.0 row 1.0 row 2.0"], _read);
        Assert.All(_observer.Attempts, row => Assert.NotNull(row.Usage));
    }

    [Fact]
    public async Task A_lost_segment_is_found_by_a_reader_and_its_data_made_again()
    {
        var lost = 0;
        var result = await DriveAsync(async (attempt, token) =>
        {
            if (attempt.Task == "t1" && Interlocked.Exchange(ref lost, 1) == 0)
            {
                await foreach (var segment in _objects.ListAsync(ObjectKeys.Segments(Run), token))
                {
                    await _objects.DeleteAsync(segment.Key, token);
                }
            }
        });
        Assert.Equal(RunEnd.Succeeded, result.End);
        Assert.Equal(["row 0.1 row 1.1 row 2.1", "row 0.1 row 1.1 row 2.1"], _read.TakeLast(2));
        Assert.Contains(_observer.Attempts, row => row.Outcome is { Cause: AttemptCause.InputLost, Charge: RetryCharge.None });
    }

    [Fact]
    public async Task The_status_of_a_run_is_read_without_disturbing_its_driver()
    {
        RunStatus? during = null;
        await DriveAsync(async (attempt, token) =>
        {
            if (attempt is { Task: "t1", Index: 1 })
            {
                during = await RunStatusReader.ReadAsync(_records, Run, Plan, token);
            }
        });
        Assert.NotNull(during);
        Assert.Null(during.Finished);
        Assert.Equal(3, during.Progress.Tasks[0].Done);
        var after = await RunStatusReader.ReadAsync(_records, Run, Plan, Token);
        Assert.True(after!.Finished == RunOutcome.Succeeded);
        Assert.Equal(0, await RunStatusReader.RevisionAsync(_records, Run, Token));
        Assert.Null(await RunStatusReader.ReadAsync(_records, "another", Plan, Token));
        var rows = new List<AttemptRow>();
        await foreach (var row in RunStatusReader.ReadAttemptsAsync(_records, Run, Plan, Token))
        {
            rows.Add(row);
        }

        Assert.Equal(5, rows.Count);
        Assert.All(rows, row => Assert.NotNull(row.Launched));
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _channel.DisposeAsync();
        await _records.DisposeAsync();
        await _objects.DisposeAsync();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<RunResult> DriveAsync(Func<AttemptId, CancellationToken, Task> before)
    {
        await using var launcher = new InProcessLauncher(
            async (attempt, token) =>
            {
                await before(attempt.Descriptor.Attempt, token);
                await (attempt.Descriptor.Inputs.Count == 0 ? ProduceAsync(attempt, token) : ConsumeAsync(attempt, token));
                return 0;
            },
            2, _channel, TimeProvider.System);
        var options = new DriverOptions
        {
            Describe = Descriptors.Of(Plan, Run),
            Workflow = "the workflow"u8.ToArray(),
            Scheduling = new SchedulerOptions { MaxParallel = 2, InfrastructureRetry = default },
        };
        return await RunDriver.RunAsync(Plan, Run, _records, launcher, options, _observer, CancellationToken.None, Token);
    }

    private static async Task ProduceAsync(InProcessAttempt attempt, CancellationToken cancellationToken)
    {
        var id = attempt.Descriptor.Attempt;
        var writer = new WriterId(id, attempt.Incarnation);
        var payload = Encoding.ASCII.GetBytes($"row {id.Index}.{id.Generation}");
        var header = new BlockHeader(id.Index, 0, 0, 1, payload.Length, Crc32C.Of(payload));
        await using var output = await attempt.Channel!.OpenWriterAsync(
            new WriteTarget(writer, attempt.Descriptor.TaskDefinition, "out", 1), Schema, cancellationToken);
        await output.WriteAsync(new ShuffleBlock(header, new ReadOnlySequence<byte>(payload)), cancellationToken);
        var statistics = new PartitionStatistics(0, 0, 0, 0, 0).PlusBlock(1, payload.Length, BlockDigest.Of(id.Index, 0, header.Crc32C));
        await CommitAsync(attempt, new OutputCommit
        {
            Name = "out",
            Schema = Schema,
            Segments = await output.CompleteAsync(cancellationToken),
            Partitions = [statistics],
        }, cancellationToken);
    }

    private async Task ConsumeAsync(InProcessAttempt attempt, CancellationToken cancellationToken)
    {
        var input = attempt.Descriptor.Inputs.Single();
        var seal = new SealId(Run, input.From, input.SealGeneration);
        while (await attempt.Channel!.GetSealAsync(seal, cancellationToken) is null)
        {
            await Task.Yield();
        }

        var rows = new List<string>();
        await foreach (var block in attempt.Channel.ReadAsync(new ReadSelection(seal), cancellationToken))
        {
            rows.Add(Encoding.ASCII.GetString(block.Payload.ToArray()));
        }

        _read.Enqueue(string.Join(' ', rows.Order(StringComparer.Ordinal)));
        await CommitAsync(attempt, new OutputCommit { Name = "out", Schema = Schema }, cancellationToken);
    }

    private static async Task CommitAsync(InProcessAttempt attempt, OutputCommit output, CancellationToken cancellationToken)
    {
        var commit = new CommitRecord
        {
            Writer = new WriterId(attempt.Descriptor.Attempt, attempt.Incarnation),
            Definition = attempt.Descriptor.Definition,
            TaskDefinition = attempt.Descriptor.TaskDefinition,
            Outputs = [output],
            Usage = new AttemptUsage { Started = DateTimeOffset.UnixEpoch, Ended = DateTimeOffset.UnixEpoch },
        };
        await attempt.Channel!.CommitAsync(commit, cancellationToken);
    }
}
