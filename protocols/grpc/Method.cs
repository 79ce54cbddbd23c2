namespace Executor.Grpc;

/// <summary>Which sides of a call are streams.</summary>
public enum MethodType
{
    /// <summary>One request, one response.</summary>
    Unary,

    /// <summary>Any number of requests, one response.</summary>
    ClientStreaming,

    /// <summary>One request, any number of responses.</summary>
    ServerStreaming,

    /// <summary>Any number of requests and responses, independent of each other.</summary>
    DuplexStreaming,
}

/// <summary>A remote method: its name, its shape and how its messages become bytes. Immutable.</summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
public sealed class Method<TRequest, TResponse>
{
    /// <summary>Describes a method.</summary>
    /// <param name="type">The method's shape.</param>
    /// <param name="serviceName">The service with its package, as in <c>arrow.flight.protocol.FlightService</c>.</param>
    /// <param name="name">The method's name alone.</param>
    /// <param name="requestMarshaller">How requests become bytes.</param>
    /// <param name="responseMarshaller">How responses become bytes.</param>
    public Method(MethodType type, string serviceName, string name, Marshaller<TRequest> requestMarshaller, Marshaller<TResponse> responseMarshaller)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceName);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(requestMarshaller);
        ArgumentNullException.ThrowIfNull(responseMarshaller);
        Type = type;
        ServiceName = serviceName;
        Name = name;
        FullName = $"/{serviceName}/{name}";
        RequestMarshaller = requestMarshaller;
        ResponseMarshaller = responseMarshaller;
    }

    /// <summary>The method's shape.</summary>
    public MethodType Type { get; }

    /// <summary>The service with its package.</summary>
    public string ServiceName { get; }

    /// <summary>The method's name alone.</summary>
    public string Name { get; }

    /// <summary>The path of the method's URL, <c>/service/method</c>.</summary>
    public string FullName { get; }

    /// <summary>How requests become bytes.</summary>
    public Marshaller<TRequest> RequestMarshaller { get; }

    /// <summary>How responses become bytes.</summary>
    public Marshaller<TResponse> ResponseMarshaller { get; }
}
