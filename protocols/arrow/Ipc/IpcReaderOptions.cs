namespace Executor.Arrow.Ipc;

/// <summary>
/// Limits on what is read, checked before memory is taken. What exceeds one is <see cref="InvalidDataException"/>. Immutable.
/// </summary>
public sealed class IpcReaderOptions
{
    /// <summary>The limits that apply if none are given.</summary>
    public static IpcReaderOptions Default { get; } = new();

    /// <summary>Bytes of a message's FlatBuffer, and of a file's footer; 16 MiB by default.</summary>
    public int MaxHeaderBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of a message's body; by default the longest .NET array, just under 2 GiB.</summary>
    public int MaxBodyBytes { get; init; } = System.Array.MaxLength;

    /// <summary>Bytes that one message's compressed body may grow to; by default the longest .NET array, just under 2 GiB.</summary>
    public long MaxDecompressedBytes { get; init; } = System.Array.MaxLength;

    /// <summary>
    /// Whether a stream that ends after a whole message, but without the end-of-stream marker, is an error; false by default, as the
    /// format allows it. A writer that was cut off may look like that.
    /// </summary>
    public bool RequireEndOfStreamMarker { get; init; }
}
