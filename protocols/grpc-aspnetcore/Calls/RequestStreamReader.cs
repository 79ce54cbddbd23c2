using Executor.Grpc.Framing;

namespace Executor.Grpc.AspNetCore.Calls;

/// <summary>The requests of a call, read where they lie in the server's buffers.</summary>
internal sealed class RequestStreamReader<T>(MessageReader reader, Marshaller<T> marshaller, CancellationToken callCancelled) : IAsyncStreamReader<T>
{
    private readonly DeserializationContext _context = new();
    private T? _current;

    public T Current => _current ?? throw new InvalidOperationException("MoveNext has not brought a message.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled && cancellationToken != callCancelled)
        {
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(callCancelled, cancellationToken);
            return await ReadAsync(linked.Token);
        }

        return await ReadAsync(callCancelled);
    }

    /// <summary>The request of a call that has one.</summary>
    public async Task<T> ReadSingleAsync()
    {
        if (!await ReadAsync(callCancelled))
        {
            throw new RpcException(new Status(StatusCode.Internal, "The client sent no request."));
        }

        var request = Current;
        return await ReadAsync(callCancelled)
            ? throw new RpcException(new Status(StatusCode.Internal, "The client sent more than one request."))
            : request;
    }

    private async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken))
        {
            return false;
        }

        _context.SetPayload(reader.Message);
        try
        {
            _current = marshaller.ContextualDeserializer(_context);
            return true;
        }
        catch (InvalidDataException e)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"A message could not be read: {e.Message}", e));
        }
    }
}
