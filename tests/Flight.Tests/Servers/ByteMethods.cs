using Executor.Grpc;

namespace Flight.Tests.Servers;

/// <summary>Methods of every shape whose messages are bytes.</summary>
internal static class ByteMethods
{
    public static readonly Method<byte[], byte[]> Unary = Create(MethodType.Unary);
    public static readonly Method<byte[], byte[]> ClientStreaming = Create(MethodType.ClientStreaming);
    public static readonly Method<byte[], byte[]> ServerStreaming = Create(MethodType.ServerStreaming);
    public static readonly Method<byte[], byte[]> Duplex = Create(MethodType.DuplexStreaming);

    private static Method<byte[], byte[]> Create(MethodType type)
        => new(type, "test.Bytes", type.ToString(), Marshallers.ByteArrayMarshaller, Marshallers.ByteArrayMarshaller);
}
