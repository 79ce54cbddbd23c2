using System.Buffers;

namespace Executor.TaskRunner.Inputs;

/// <summary>
/// An Arrow IPC stream of the blocks as they are: the seal's schema message, every block's messages undecoded, the end-of-stream marker.
/// Blocks bring their dictionaries along, and a stream may replace a dictionary between two batches.
/// </summary>
/// <param name="schema">The encapsulated schema message.</param>
internal sealed class ArrowInput(ReadOnlyMemory<byte> schema) : IInputFormat
{
    private static readonly byte[] EndOfStream = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

    /// <inheritdoc/>
    public ValueTask BeginAsync(Stream target, CancellationToken cancellationToken) => target.WriteAsync(schema, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlySequence<byte> payload, Stream target, CancellationToken cancellationToken)
    {
        foreach (var piece in payload)
        {
            await target.WriteAsync(piece, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask EndAsync(Stream target, CancellationToken cancellationToken) => target.WriteAsync(EndOfStream, cancellationToken);
}
