using Executor.Rendering;
using Xunit;

namespace Executor.Tests.Rendering;

public sealed class QuantitiesTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "0.98 KiB")]
    [InlineData(1536, "1.50 KiB")]
    [InlineData(64L << 20, "64.0 MiB")]
    [InlineData(512L << 20, "512 MiB")]
    [InlineData(3L << 40, "3.00 TiB")]
    [InlineData(5000L << 40, "5000 TiB")]
    public void Bytes_have_three_digits_and_a_binary_unit(long bytes, string expected) => Assert.Equal(expected, Quantities.Bytes(bytes));

    [Theory]
    [InlineData(64L << 20, "64 MiB")]
    [InlineData(3L << 29, "1.5 GiB")]
    [InlineData(8160L << 20, "8 GiB")]
    [InlineData(8_160_000_000, "7.6 GiB")]
    public void Memory_that_was_asked_for_is_told_as_it_was_asked_for(long bytes, string expected) => Assert.Equal(expected, Quantities.Memory(bytes));

    [Theory]
    [InlineData(0.314, "0.31s")]
    [InlineData(12.44, "12.4s")]
    [InlineData(185, "3m05s")]
    [InlineData(7800, "2h10m")]
    public void Seconds_are_as_exact_as_people_need(double seconds, string expected) => Assert.Equal(expected, Quantities.Seconds(seconds));

    [Fact]
    public void A_part_of_nothing_has_no_percentage()
    {
        Assert.Equal("-", Quantities.Percent(1, 0));
        Assert.Equal("25%", Quantities.Percent(1, 4));
    }
}
