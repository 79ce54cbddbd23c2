using Executor.Arrow;
using Executor.Arrow.Ipc;

namespace Executor.TaskRunner.Outputs;

/// <summary>Takes the rows of one output in order and makes blocks of them. For one caller at a time.</summary>
internal interface IRowSink
{
    /// <summary>True if <see cref="PassOnAsync"/> may be called: no row has to be looked at.</summary>
    bool PassesOn { get; }

    /// <summary>Takes rows.</summary>
    ValueTask AddAsync(RecordBatch rows, CancellationToken cancellationToken);

    /// <summary>Takes a record batch as it is, to be a block of its own.</summary>
    ValueTask PassOnAsync(EncodedMessage message, int rows, CancellationToken cancellationToken);

    /// <summary>Writes what is left.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
