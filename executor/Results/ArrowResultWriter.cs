using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;

namespace Executor.Results;

/// <summary>See <see cref="ResultFormat.Arrow"/>.</summary>
internal sealed class ArrowResultWriter(Stream stream, Schema schema) : IResultWriter
{
    private readonly ArrowFileWriter _writer = new(stream, schema, leaveOpen: false);

    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancellationToken) =>
        await _writer.WriteRecordBatchAsync(batch, cancellationToken);

    public async ValueTask CompleteAsync(CancellationToken cancellationToken) => await _writer.WriteEndAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        return ValueTask.CompletedTask;
    }
}
