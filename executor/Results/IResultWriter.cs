using Executor.Arrow;

namespace Executor.Results;

/// <summary>Writes record batches of one schema in one of the result formats.</summary>
internal interface IResultWriter : IAsyncDisposable
{
    ValueTask WriteAsync(RecordBatch batch, CancellationToken cancellationToken);

    /// <summary>Writes what has to stand at the end; without it the file is not whole.</summary>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}
