using Executor.Kubernetes.Models;

namespace Kubernetes.Tests.Models;

public sealed class ResourceQuantityTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("0Gi", "0")]
    [InlineData("1", "1")]
    [InlineData("+1", "1")]
    [InlineData("-1", "-1")]
    [InlineData("1.", "1")]
    [InlineData(".5", "500m")]
    [InlineData("0.5", "500m")]
    [InlineData("1500m", "1500m")]
    [InlineData("2000m", "2")]
    [InlineData("1000", "1k")]
    [InlineData("12345", "12345")]
    [InlineData("1000k", "1M")]
    [InlineData("1E", "1E")]
    [InlineData("9000P", "9E")]
    [InlineData("100n", "100n")]
    [InlineData("1000n", "1u")]
    [InlineData("1e3", "1e3")]
    [InlineData("1E3", "1e3")]
    [InlineData("1e-3", "1e-3")]
    [InlineData("12e1", "120")]
    [InlineData("1024", "1024")]
    [InlineData("1Ki", "1Ki")]
    [InlineData("1024Ki", "1Mi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1000Ki", "1000Ki")]
    [InlineData("0.5Ki", "512")]
    [InlineData("0.3Ki", "307200m")]
    [InlineData("1.00000001Ki", "1024000010240n")]
    [InlineData("3Ei", "3Ei")]
    public void The_canonical_form_is_the_servers(string text, string canonical)
    {
        var quantity = ResourceQuantity.Parse(text);

        Assert.Equal(canonical, quantity.ToString());
        Assert.Equal(quantity, ResourceQuantity.Parse(canonical));
    }

    [Theory]
    [InlineData("0.1n", "1n")]
    [InlineData("-0.1n", "-1n")]
    [InlineData("1.0000000001", "1000000001n")]
    [InlineData("1e-300", "1e-9")]
    [InlineData("8Ei", "9223372036854775807")]
    [InlineData("100E", "9223372036854775807")]
    [InlineData("1e300", "9223372036854775807")]
    [InlineData("-1e999999", "-9223372036854775807")]
    public void What_is_too_fine_or_too_large_becomes_the_nearest_that_the_server_keeps(string text, string canonical) =>
        Assert.Equal(ResourceQuantity.Parse(canonical), ResourceQuantity.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("Gi")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("--1")]
    [InlineData("1KI")]
    [InlineData("1K")]
    [InlineData("1g")]
    [InlineData("1GB")]
    [InlineData("1e")]
    [InlineData("1e1.5")]
    [InlineData("1mi")]
    [InlineData("0x10")]
    public void Other_text_is_refused(string text)
    {
        Assert.False(ResourceQuantity.TryParse(text, out _));
        Assert.Contains("expected a quantity", Assert.Throws<FormatException>(() => ResourceQuantity.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_without_end_is_refused_before_it_is_read() =>
        Assert.False(ResourceQuantity.TryParse(new string('9', 1_000_000), out _));

    [Theory]
    [InlineData("1Gi", 1073741824)]
    [InlineData("1G", 1000000000)]
    [InlineData("1.5", 2)]
    [InlineData("-1.5", -1)]
    [InlineData("1n", 1)]
    [InlineData("8Ei", long.MaxValue)]
    public void Bytes_are_rounded_up(string text, long bytes) => Assert.Equal(bytes, ResourceQuantity.Parse(text).ToInt64());

    [Theory]
    [InlineData("1", 1000)]
    [InlineData("250m", 250)]
    [InlineData("250500u", 251)]
    [InlineData("1n", 1)]
    public void Millicores_are_rounded_up(string text, long millicores) => Assert.Equal(millicores, ResourceQuantity.Parse(text).ToMilli());

    [Fact]
    public void Amounts_are_compared_and_not_their_texts()
    {
        Assert.Equal(ResourceQuantity.Parse("1Gi"), ResourceQuantity.Parse("1073741824"));
        Assert.True(ResourceQuantity.Parse("1G") < ResourceQuantity.Parse("1Gi"));
        Assert.True(ResourceQuantity.Parse("999m") < ResourceQuantity.Parse("1"));
        Assert.Equal(ResourceQuantity.Parse("0.1").GetHashCode(), ResourceQuantity.Parse("100m").GetHashCode());
        Assert.Equal("1536Mi", (ResourceQuantity.FromBytes(1 << 30) + ResourceQuantity.Parse("512Mi")).ToString());
        Assert.Equal("750m", (ResourceQuantity.FromMillicores(1000) - ResourceQuantity.Parse("250m")).ToString());
        Assert.Equal(0.1m, ResourceQuantity.Parse("100m").ToDecimal());
    }

    [Fact]
    public void A_sum_of_many_tenths_is_exact()
    {
        var sum = default(ResourceQuantity);
        for (var i = 0; i < 1000; i++)
        {
            sum += "0.1";
        }

        Assert.Equal("100", sum.ToString());
    }

    [Fact]
    public void Any_amount_survives_its_text()
    {
        const int Seed = 20261122;
        var random = new Random(Seed);
        string[] suffixes = ["n", "u", "m", "", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E-3"];
        for (var i = 0; i < 2000; i++)
        {
            var text = $"{random.Next(100_000)}.{random.Next(1000):000}{suffixes[random.Next(suffixes.Length)]}";
            var quantity = ResourceQuantity.Parse(text);
            Assert.True(quantity == ResourceQuantity.Parse(quantity.ToString()), $"{text} with seed {Seed}");
        }
    }
}
