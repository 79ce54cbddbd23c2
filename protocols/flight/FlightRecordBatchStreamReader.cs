using System.Buffers;
using System.Runtime.CompilerServices;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;

namespace Executor.Flight;

/// <summary>
/// Decodes a stream of <see cref="FlightData"/> to record batches. Each body is copied once, so that batches live on their own.
/// Messages without an IPC message (application metadata alone) are passed over. Not thread-safe; disposing it ends the stream.
/// </summary>
/// <param name="messages">The stream, from its schema on. Enumerated once.</param>
/// <param name="options">Limits; null for the defaults.</param>
/// <param name="cancellationToken">Ends the stream.</param>
public sealed class FlightRecordBatchStreamReader(
    IAsyncEnumerable<FlightData> messages, IpcReaderOptions? options = null, CancellationToken cancellationToken = default) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<FlightData> _messages = messages.GetAsyncEnumerator(cancellationToken);
    private readonly MessageDecoder _decoder = new(options);
    private RecordBatch? _current;

    /// <summary>The data set that the stream belongs to, once a message has named it.</summary>
    public FlightDescriptor? Descriptor { get; private set; }

    /// <summary>The batch that <see cref="MoveNextAsync"/> last brought.</summary>
    public RecordBatch Current => _current ?? throw new InvalidOperationException("MoveNextAsync has not brought a batch.");

    /// <summary>The application metadata that came with <see cref="Current"/>; empty for none.</summary>
    public ReadOnlyMemory<byte> ApplicationMetadata { get; private set; }

    /// <summary>The stream's schema; waits for it.</summary>
    /// <exception cref="InvalidDataException">The stream does not begin with a schema.</exception>
    public async ValueTask<Schema> GetSchemaAsync()
    {
        while (_decoder.Schema is null)
        {
            if (!await ReadMessageAsync())
            {
                throw new InvalidDataException("The stream ended before its schema.");
            }
        }

        return _decoder.Schema;
    }

    /// <summary>Waits for the next batch; false at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">A message is not valid Arrow data.</exception>
    /// <exception cref="Executor.Grpc.RpcException">The call failed.</exception>
    public async ValueTask<bool> MoveNextAsync()
    {
        await GetSchemaAsync();
        do
        {
            _current = null;
            if (!await ReadMessageAsync())
            {
                return false;
            }
        }
        while (_current is null);
        return true;
    }

    /// <summary>Reads to the end.</summary>
    public async IAsyncEnumerable<RecordBatch> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await MoveNextAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Current;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _messages.DisposeAsync();

    private async ValueTask<bool> ReadMessageAsync()
    {
        if (!await _messages.MoveNextAsync())
        {
            return false;
        }

        var message = _messages.Current;
        Descriptor ??= message.Descriptor;
        if (!message.DataHeader.IsEmpty)
        {
            _current = _decoder.Decode(Copy(message.DataHeader), Copy(message.DataBody));
            ApplicationMetadata = Copy(message.AppMetadata);
        }

        return true;
    }

    private static byte[] Copy(in ReadOnlySequence<byte> bytes)
    {
        var copy = GC.AllocateUninitializedArray<byte>(checked((int)bytes.Length));
        bytes.CopyTo(copy);
        return copy;
    }
}
