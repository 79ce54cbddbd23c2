namespace Executor.Grpc;

/// <summary>
/// How a message becomes bytes and back. Both delegates must be safe for concurrent use with different contexts.
/// A deserializer that keeps slices of its context's payload instead of copying makes messages that are valid only until the
/// next message of the same stream is requested; it must not be used for the response of a unary or client-streaming call.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
public sealed class Marshaller<T>
{
    /// <summary>Pairs a serializer with a deserializer.</summary>
    /// <param name="serializer">Writes the message to the context and calls one of its <c>Complete</c> methods.</param>
    /// <param name="deserializer">Reads a message; throws <see cref="InvalidDataException"/> for bytes that are not one.</param>
    public Marshaller(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        ContextualSerializer = serializer;
        ContextualDeserializer = deserializer;
    }

    /// <summary>Writes a message.</summary>
    public Action<T, SerializationContext> ContextualSerializer { get; }

    /// <summary>Reads a message.</summary>
    public Func<DeserializationContext, T> ContextualDeserializer { get; }
}
