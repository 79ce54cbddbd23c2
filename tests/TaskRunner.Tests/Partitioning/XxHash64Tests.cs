using System.Buffers.Binary;
using System.Text;
using Executor.TaskRunner.Partitioning;

namespace Executor.TaskRunner.Tests.Partitioning;

/// <summary>Expected values by libxxhash 0.8.1.</summary>
public sealed class XxHash64Tests
{
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999UL)]
    [InlineData("a", 0xD24EC4F1A98C6E5BUL)]
    [InlineData("abc", 0x44BC2CF5AD770999UL)]
    [InlineData("12345678", 0xD2D02F08CF7CFD4AUL)]
    [InlineData("123456789012", 0xB5CEE4C943D43C7EUL)]
    public void Texts_hash_as_the_reference_does(string text, ulong expected) =>
        Assert.Equal(expected, XxHash64.Of(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(32, 0xCBF59C5116FF32B4UL)]
    [InlineData(101, 0xE99038495F85381EUL)]
    public void Stripes_hash_as_the_reference_does(int length, ulong expected) =>
        Assert.Equal(expected, XxHash64.Of([.. Enumerable.Range(0, length).Select(i => (byte)i)]));

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(ulong.MaxValue)]
    public void A_number_hashes_as_its_eight_bytes(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);

        Assert.Equal(XxHash64.Of(bytes), XxHash64.Of(value));
    }
}
