using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;

namespace Executor.Grpc.Framing;

/// <summary>Writes messages of one direction of a call, each with its prefix, and waits for the transport to take them.</summary>
/// <typeparam name="T">The message.</typeparam>
internal sealed class MessageWriter<T>(PipeWriter output, Marshaller<T> marshaller, int? maxLength)
{
    /// <summary>How much of a message is handed to the transport before waiting for it to catch up, in bytes.</summary>
    private const int ChunkLength = 128 * 1024;

    private readonly SerializationContext _context = new();

    /// <exception cref="RpcException">The message is longer than the limit; nothing was written.</exception>
    /// <exception cref="OperationCanceledException">The reader of the bytes is gone.</exception>
    public async ValueTask WriteAsync(T message, CancellationToken cancellationToken)
    {
        try
        {
            marshaller.ContextualSerializer(message, _context);
            CheckLength(_context.Seal());
            output.Write(_context.Head.Span);
            if (_context.Tail.IsEmpty)
            {
                Require(await output.FlushAsync(cancellationToken));
            }

            foreach (var segment in _context.Tail)
            {
                for (var rest = segment; !rest.IsEmpty;)
                {
                    var chunk = rest.Length > ChunkLength ? rest[..ChunkLength] : rest;
                    Require(await output.WriteAsync(chunk, cancellationToken));
                    rest = rest[chunk.Length..];
                }
            }
        }
        finally
        {
            _context.Reset();
        }
    }

    private void CheckLength(long length)
    {
        var limit = maxLength ?? Array.MaxLength;
        if (length > limit)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted,
                string.Create(CultureInfo.InvariantCulture, $"A message of {length} bytes is longer than the limit of {limit} bytes for sent messages.")));
        }
    }

    private static void Require(FlushResult result)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new OperationCanceledException("The other side takes no more messages.");
        }
    }
}
