using Executor.Arrow.Ipc;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.TaskRunner.Measuring;
using Executor.TaskRunner.Partitioning;

namespace Executor.TaskRunner.Outputs;

/// <summary>Brings outputs of one attempt into the shuffle: reads what the body wrote, spreads its rows, waits until all of it is durable.</summary>
internal sealed class OutputCollector
{
    // The runner shares the attempt's memory with the body, so waiting rows get a share of it and not a fixed size.
    private const int ShareOfMemory = 8;
    private const long LeastBudgetBytes = 4L << 20;
    private const long MostBudgetBytes = 64L << 20;

    private readonly TaskDescriptor _descriptor;
    private readonly WriterId _writer;
    private readonly IShuffleChannel _channel;
    private readonly AttemptMeter _meter;

    /// <param name="descriptor">The attempt.</param>
    /// <param name="writer">Who writes.</param>
    /// <param name="channel">The store.</param>
    /// <param name="meter">Counts what is written.</param>
    public OutputCollector(TaskDescriptor descriptor, WriterId writer, IShuffleChannel channel, AttemptMeter meter)
    {
        _descriptor = descriptor;
        _writer = writer;
        _channel = channel;
        _meter = meter;
    }

    /// <summary>Moves one output to its stream's end into the shuffle. What it returns is durable, but counts only once it is committed.</summary>
    /// <exception cref="Reporting.AttemptFailedException">The stream is not what was declared.</exception>
    /// <exception cref="ShuffleException">The store refused or could not be reached.</exception>
    public async Task<OutputCommit> CollectAsync(OutputDescriptor output, Stream stream, CancellationToken cancellationToken)
    {
        IOutputFormat format = output.Format == DataFormat.Arrow
            ? new ArrowOutput(output.Name, new HeadRecorder(stream))
            : new LinesOutput(output.Name, stream);
        var schema = await format.ReadSchemaAsync(cancellationToken);
        var partitioning = output.Partitioning;
        var partitioner = RowPartitioners.Create(output, schema, _writer.Attempt.Index);
        var schemaMessage = MessageEncoder.EncodeSchema(schema).ToArray();
        var target = new WriteTarget(_writer, _descriptor.TaskDefinition, output.Name, partitioning.Count);

        await using var shuffle = await _channel.OpenWriterAsync(target, schemaMessage, cancellationToken);
        var blocks = new BlockWriter(shuffle, _writer.Attempt.Index, _meter);
        var encoder = new BlockEncoder(output.Name, schema);
        IRowSink sink = partitioner is null
            ? new WholeRowSink(partitioning.Kind == PartitioningKind.Broadcast ? partitioning.Count : 1, encoder, blocks)
            : new PartitionedRowSink(partitioner, partitioning.Count, BudgetBytes(), encoder, blocks);
        await format.ReadRowsAsync(sink, cancellationToken);
        await sink.FlushAsync(cancellationToken);
        return new OutputCommit
        {
            Name = output.Name,
            Schema = schemaMessage,
            Segments = await shuffle.CompleteAsync(cancellationToken),
            Partitions = blocks.Statistics,
        };
    }

    private long BudgetBytes() =>
        Math.Clamp(_descriptor.Resources.MemoryBytes / ShareOfMemory, LeastBudgetBytes, MostBudgetBytes);
}
