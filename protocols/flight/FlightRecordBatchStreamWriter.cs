using System.Buffers;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Grpc;

namespace Executor.Flight;

/// <summary>
/// Encodes record batches to a stream of <see cref="FlightData"/>: the schema first, then dictionaries where they changed, then
/// rows. Bodies are sent from the batches' own memory. One write at a time.
/// </summary>
/// <param name="output">A put, an exchange, or the writer of a server's method.</param>
/// <param name="schema">The schema of all batches.</param>
/// <param name="descriptor">The data set; required by puts and exchanges, null otherwise.</param>
public sealed class FlightRecordBatchStreamWriter(IAsyncStreamWriter<FlightData> output, Schema schema, FlightDescriptor? descriptor = null)
{
    private readonly MessageEncoder _encoder = new(schema);
    private bool _started;

    /// <summary>Sends the schema, as the first write does by itself; for streams that may have no batches. Sent once.</summary>
    public async Task WriteSchemaAsync(CancellationToken cancellationToken = default)
    {
        if (!_started)
        {
            _started = true;
            var message = new FlightData { Descriptor = descriptor, DataHeader = new(_encoder.EncodeSchema().Header) };
            await output.WriteAsync(message, cancellationToken);
        }
    }

    /// <summary>Sends a batch; completes when the transport has taken it.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="applicationMetadata">Bytes for the other side that go with the batch.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="RpcException">The call is over or failed.</exception>
    public async Task WriteAsync(RecordBatch batch, ReadOnlyMemory<byte> applicationMetadata = default, CancellationToken cancellationToken = default)
    {
        await WriteSchemaAsync(cancellationToken);
        var messages = _encoder.Encode(batch);
        for (var index = 0; index < messages.Count; index++)
        {
            var message = new FlightData
            {
                DataHeader = new(messages[index].Header),
                AppMetadata = index == messages.Count - 1 ? new(applicationMetadata) : ReadOnlySequence<byte>.Empty,
                DataBody = BodySequence.Join(messages[index].Body),
            };
            await output.WriteAsync(message, cancellationToken);
        }
    }
}
