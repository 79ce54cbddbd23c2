using System.Net;

namespace Executor.Grpc.Client;

/// <summary>
/// A request body that a delegate writes. The HTTP client may ask for it again when a connection turned out to be closing
/// before the server saw the request.
/// </summary>
internal sealed class RequestContent(Func<Stream, CancellationToken, Task> write) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        => write(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
