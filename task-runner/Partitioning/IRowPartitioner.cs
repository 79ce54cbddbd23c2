using Executor.Arrow;

namespace Executor.TaskRunner.Partitioning;

/// <summary>Says which partition each row goes to. For one output and one caller at a time: it may count rows.</summary>
internal interface IRowPartitioner
{
    /// <summary>The partitions of the next rows of the output, one per row.</summary>
    void Assign(RecordBatch rows, Span<int> partitions);
}
