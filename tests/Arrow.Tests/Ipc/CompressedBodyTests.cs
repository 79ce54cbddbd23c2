using Executor.Arrow.Ipc;
using Executor.Arrow.Ipc.Compression;
using Executor.Arrow.Tests.Interop;
using Executor.Arrow.Tests.Samples;

namespace Executor.Arrow.Tests.Ipc;

public sealed class CompressedBodyTests
{
    [Theory]
    [InlineData("lz4.arrows")]
    [InlineData("zstd.arrows")]
    public void The_limit_on_decompressed_bytes_holds(string name)
    {
        SystemLibrary.RequireFor(name);
        var options = new IpcReaderOptions { MaxDecompressedBytes = 1000 };
        using var reader = new ArrowStreamReader(File.OpenRead(Path.Combine(GoldenTests.Folder, name)), options: options);
        Assert.Contains("limit on decompressed bytes", Assert.Throws<InvalidDataException>(() => reader.ReadNextRecordBatch()).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_frame_is_not_believed_to_hold_more_than_its_format_can(int code)
    {
        var codec = (BodyCodec)code;
        Assert.True(BodyDecompressor.CanHold(codec, 100, 20_000));
        Assert.False(BodyDecompressor.CanHold(codec, 100, 2_000_000_000));
    }

    [Theory]
    [InlineData("lz4", 0)]
    [InlineData("zstd", 1)]
    public void A_frame_that_is_not_one_is_refused(string name, int code)
    {
        SystemLibrary.RequireFor(name);
        var error = Assert.Throws<InvalidDataException>(
            () => BodyDecompressor.Decompress((BodyCodec)code, "not a frame at all"u8, new byte[10]));
        Assert.StartsWith("malformed", error.Message);
    }
}
