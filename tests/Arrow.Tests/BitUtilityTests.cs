namespace Executor.Arrow.Tests;

public sealed class BitUtilityTests
{
    [Fact]
    public void Ranges_of_bits_are_copied_set_and_counted_like_single_bits()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        for (var round = 0; round < 3000; round++)
        {
            var source = new byte[40];
            var target = new byte[40];
            random.NextBytes(source);
            random.NextBytes(target);
            var length = random.Next(250);
            var from = random.Next(320 - length);
            var to = random.Next(320 - length);
            var expected = Bits(target);
            Bits(source).AsSpan(from, length).CopyTo(expected.AsSpan(to));
            BitUtility.CopyBits(source, from, target, to, length);
            Assert.Equal(expected, Bits(target));
            Assert.Equal(expected.AsSpan(to, length).Count(true), BitUtility.CountBits(target, to, length));

            expected.AsSpan(from, length).Fill(true);
            BitUtility.SetBits(target, from, length);
            Assert.Equal(expected, Bits(target));
        }
    }

    private static bool[] Bits(byte[] bytes) => [.. Enumerable.Range(0, bytes.Length * 8).Select(i => BitUtility.GetBit(bytes, i))];
}
