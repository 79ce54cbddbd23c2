namespace Executor.Grpc;

/// <summary>Ready-made marshallers.</summary>
public static class Marshallers
{
    /// <summary>Messages that are their bytes; received arrays are copies of their own.</summary>
    public static Marshaller<byte[]> ByteArrayMarshaller { get; } =
        new((message, context) => context.Complete(message), context => context.PayloadAsNewBuffer());

    /// <summary>Pairs a serializer with a deserializer.</summary>
    public static Marshaller<T> Create<T>(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
        => new(serializer, deserializer);
}
