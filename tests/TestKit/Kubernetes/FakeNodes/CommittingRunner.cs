using System.Buffers;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;

namespace Executor.TestKit.Kubernetes.FakeNodes;

/// <summary>
/// Does with the store all that the product's runner does, and nothing else: waits for the seals of the inputs and reads them, writes one block of each
/// output and commits. Outputs have one column of numbers, whatever the task's command is. Thread-safe.
/// </summary>
/// <param name="channel">The way to the store; stays the caller's.</param>
/// <param name="outputBytes">The size of an output's block in bytes of numbers; 0 for outputs without rows.</param>
/// <param name="time">The clock.</param>
public sealed class CommittingRunner(IShuffleChannel channel, int outputBytes, TimeProvider time)
{
    private static readonly TimeSpan SealPause = TimeSpan.FromMilliseconds(5);
    private static readonly Schema Numbers = new([new Field("n", Int64Type.Default, false)], null);

    // Encoders are not for several callers at a time.
    private readonly byte[] _schema = new MessageEncoder(Numbers).EncodeSchema().ToArray();
    private readonly int _rows = outputBytes / sizeof(long);
    private readonly Lazy<byte[]> _block = new(() => Encode(outputBytes / sizeof(long)));

    /// <summary>Runs an attempt; its end is the exit code and the report of the product's runner.</summary>
    public async Task<FakeExit> RunAsync(FakeTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        var started = time.GetUtcNow();
        var descriptor = task.Descriptor;
        var writer = new WriterId(descriptor.Attempt, task.Incarnation);
        try
        {
            foreach (var input in descriptor.Inputs)
            {
                await ReadAsync(descriptor.Attempt.Run, input, cancellationToken);
            }

            var outputs = new List<OutputCommit>();
            foreach (var output in descriptor.Outputs)
            {
                outputs.Add(await WriteAsync(descriptor, writer, output, cancellationToken));
            }

            var usage = new AttemptUsage { Started = started, Ended = time.GetUtcNow() };
            var commit = new CommitRecord
            {
                Writer = writer,
                Definition = descriptor.Definition,
                TaskDefinition = descriptor.TaskDefinition,
                Outputs = outputs,
                Usage = usage,
            };
            var answer = await channel.CommitAsync(commit, cancellationToken);
            return new FakeExit(RunnerExitCodes.Succeeded, Report(task, answer.Won ? AttemptPhase.Committed : AttemptPhase.Superseded) with { ExitCode = 0, Usage = usage });
        }
        catch (ShuffleException failure)
        {
            var (code, why) = failure.Error == ShuffleError.DataLoss
                ? (RunnerExitCodes.InputLost, AttemptFailure.InputLost)
                : (RunnerExitCodes.StoreUnavailable, AttemptFailure.StoreUnavailable);
            return new FakeExit(code, Report(task, AttemptPhase.Failed) with { Failure = why, Error = failure.Message });
        }
    }

    /// <summary>A report of a runner that says no more than how far it is.</summary>
    public static TerminationReport Report(FakeTask task, AttemptPhase phase) =>
        new() { Sequence = 1, Phase = phase, Incarnation = task.Incarnation };

    private async Task ReadAsync(string run, InputDescriptor input, CancellationToken cancellationToken)
    {
        var seal = new SealId(run, input.From, input.SealGeneration);
        while (await channel.GetSealAsync(seal, cancellationToken) is null)
        {
            await Task.Delay(SealPause, time, cancellationToken);
        }

        await foreach (var _ in channel.ReadAsync(new ReadSelection(seal, input.Partition, input.SourceIndex, input.Sources), cancellationToken))
        {
            // To have been read, and with that verified, is all.
        }
    }

    private async Task<OutputCommit> WriteAsync(
        TaskDescriptor descriptor, WriterId writer, OutputDescriptor output, CancellationToken cancellationToken)
    {
        if (_rows == 0)
        {
            return new OutputCommit { Name = output.Name, Schema = _schema };
        }

        var index = descriptor.Attempt.Index;
        var partition = index % output.Partitioning.Count;
        var header = new BlockHeader(index, partition, 0, _rows, _block.Value.Length, Crc32C.Of(_block.Value));
        await using var blocks = await channel.OpenWriterAsync(
            new WriteTarget(writer, descriptor.TaskDefinition, output.Name, output.Partitioning.Count), _schema, cancellationToken);
        await blocks.WriteAsync(new ShuffleBlock(header, new ReadOnlySequence<byte>(_block.Value)), cancellationToken);
        return new OutputCommit
        {
            Name = output.Name,
            Schema = _schema,
            Segments = await blocks.CompleteAsync(cancellationToken),
            Partitions = [new PartitionStatistics(partition, 0, 0, 0, 0).PlusBlock(header.Rows, header.Length, BlockDigest.Of(index, 0, header.Crc32C))],
        };
    }

    private static byte[] Encode(int rows)
    {
        var numbers = new Int64Array.Builder();
        for (var row = 0; row < rows; row++)
        {
            numbers.Append(row);
        }

        return new MessageEncoder(Numbers).EncodeRecordBatch(new RecordBatch(Numbers, [numbers.Build()], rows)).ToArray();
    }
}
