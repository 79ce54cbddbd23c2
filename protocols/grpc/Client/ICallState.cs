namespace Executor.Grpc.Client;

/// <summary>A call in progress, whatever its messages are.</summary>
internal interface ICallState : IDisposable
{
    Status Status { get; }

    Metadata Trailers { get; }

    Task<Metadata> GetResponseHeadersAsync();
}
