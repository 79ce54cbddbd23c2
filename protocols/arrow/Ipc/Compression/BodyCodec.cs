namespace Executor.Arrow.Ipc.Compression;

/// <summary>Codecs of compressed bodies, by their code in Message.fbs (<c>CompressionType</c>).</summary>
internal enum BodyCodec
{
    None = -1,
    Lz4Frame = 0,
    Zstandard = 1,
}

/// <summary>
/// Decompresses buffers with the libraries of the system, <c>liblz4.so.1</c> and <c>libzstd.so.1</c>. What is missing or malformed is
/// <see cref="InvalidDataException"/>.
/// </summary>
internal static class BodyDecompressor
{
    /// <summary>The most that a byte of a frame can stand for: 255 in LZ4; in Zstandard a block of 4 bytes makes 128 KiB.</summary>
    private const long MaximumLz4Ratio = 255;
    private const long MaximumZstandardRatio = 128 * 1024 / 4;

    /// <summary>Whether a frame of that length can hold that much; says so before memory is taken for it.</summary>
    public static bool CanHold(BodyCodec codec, int compressedLength, long length) =>
        length <= compressedLength * (codec == BodyCodec.Lz4Frame ? MaximumLz4Ratio : MaximumZstandardRatio);

    /// <summary>Decompresses a frame that fills <paramref name="target"/> exactly.</summary>
    public static void Decompress(BodyCodec codec, ReadOnlySpan<byte> source, Span<byte> target)
    {
        var library = codec == BodyCodec.Lz4Frame ? Lz4Library.Name : ZstandardLibrary.Name;
        try
        {
            if (codec == BodyCodec.Lz4Frame)
            {
                Lz4Library.Decompress(source, target);
            }
            else
            {
                ZstandardLibrary.Decompress(source, target);
            }
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new InvalidDataException($"the batch is compressed ({codec}), and {library} is needed to read it: {e.Message}", e);
        }
    }
}
