using Executor.Grpc.Framing;

namespace Executor.Grpc.AspNetCore.Calls;

/// <summary>The responses of a call; each write waits until the server's buffers have room.</summary>
internal sealed class ResponseStreamWriter<T>(MessageWriter<T> writer, CancellationToken callCancelled) : IServerStreamWriter<T>
{
    private int _writing;

    public async Task WriteAsync(T message, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _writing, 1) == 1)
        {
            throw new InvalidOperationException("A write is in progress; await it before the next.");
        }

        try
        {
            if (cancellationToken.CanBeCanceled && cancellationToken != callCancelled)
            {
                using var linked = CancellationTokenSource.CreateLinkedTokenSource(callCancelled, cancellationToken);
                await writer.WriteAsync(message, linked.Token);
            }
            else
            {
                await writer.WriteAsync(message, callCancelled);
            }
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }
}
