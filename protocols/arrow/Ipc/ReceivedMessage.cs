namespace Executor.Arrow.Ipc;

/// <summary>A message as it came, not decoded.</summary>
/// <param name="Info">What its header says of it.</param>
/// <param name="Header">The FlatBuffer, without length prefix.</param>
/// <param name="Body">The body, padding included.</param>
public readonly record struct ReceivedMessage(MessageHeader Info, ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Body)
{
    /// <summary>The message, to be sent on as it is.</summary>
    public EncodedMessage ToEncodedMessage() => new(Header, Body.IsEmpty ? [] : [Body]);
}

/// <summary>How a stream of messages has ended.</summary>
public enum StreamEnd
{
    /// <summary>It has not ended yet.</summary>
    NotReached,

    /// <summary>With the end-of-stream marker: the writer had no more to say.</summary>
    Marker,

    /// <summary>After a whole message, without the marker: the writer may have been cut off.</summary>
    EndOfInput,
}
