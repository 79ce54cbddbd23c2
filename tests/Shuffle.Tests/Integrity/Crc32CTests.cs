using System.Buffers;
using Executor.Contracts.Integrity;

namespace Shuffle.Tests.Integrity;

public sealed class Crc32CTests
{
    // The polynomial of RFC 3720, bits reversed.
    private const uint Polynomial = 0x82f63b78;

    public static TheoryData<byte[], uint> Examples => new()
    {
        { [], 0 },
        { "123456789"u8.ToArray(), 0xe3069283 },
        { new byte[32], 0x8a9136aa },
        { Enumerable.Repeat((byte)0xff, 32).ToArray(), 0x62a8ab43 },
        { Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(), 0x46dd794e },
        { Enumerable.Range(0, 32).Select(i => (byte)(31 - i)).ToArray(), 0x113fdb5c },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void The_examples_of_RFC_3720_hold(byte[] data, uint expected) => Assert.Equal(expected, Crc32C.Of(data));

    [Fact]
    public void Bytes_of_any_length_cut_anywhere_have_the_sum_that_the_definition_gives()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 200; i++)
        {
            var data = new byte[random.Next(20_000)];
            random.NextBytes(data);
            var cut = random.Next(data.Length + 1);
            var expected = ByDefinition(data);

            Assert.True(Crc32C.Of(data) == expected, $"seed {seed}: {data.Length} bytes");
            Assert.True(
                Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Start, data.AsSpan(0, cut)), data.AsSpan(cut))) == expected,
                $"seed {seed}: {data.Length} bytes, cut at {cut}");
            Assert.Equal(expected, Crc32C.Of(new ReadOnlySequence<byte>(data)));
        }
    }

    private static uint ByDefinition(byte[] data)
    {
        var state = uint.MaxValue;
        foreach (var b in data)
        {
            state ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                state = (state >> 1) ^ ((state & 1) != 0 ? Polynomial : 0);
            }
        }

        return ~state;
    }
}
