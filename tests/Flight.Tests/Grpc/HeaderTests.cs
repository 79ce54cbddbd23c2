using Executor.Grpc;
using Executor.Grpc.Framing;
using Xunit;

namespace Flight.Tests.Grpc;

public sealed class HeaderTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100%", "100%25")]
    [InlineData("a\nb", "a%0Ab")]
    [InlineData("Straße ☃ 🐘", "Stra%C3%9Fe %E2%98%83 %F0%9F%90%98")]
    public void A_status_message_is_percent_encoded_and_decoded(string text, string encoded)
    {
        Assert.Equal(encoded, StatusMessage.Encode(text));
        Assert.Equal(text, StatusMessage.Decode(encoded));
    }

    [Theory]
    [InlineData("50% off %", "50% off %")]
    [InlineData("%zz%4", "%zz%4")]
    [InlineData("%E2%98x", "\uFFFDx")]
    [InlineData("grün%21", "grün!")]
    public void A_status_message_that_is_not_well_encoded_is_kept_as_far_as_possible(string encoded, string text)
        => Assert.Equal(text, StatusMessage.Decode(encoded));

    [Fact]
    public void A_status_message_is_cut_before_it_breaks_the_limits_of_header_blocks()
        => Assert.InRange(StatusMessage.Encode(new string('x', 100_000)).Length, 1, 4096);

    [Theory]
    [InlineData("1H", 36_000_000_000L)]
    [InlineData("2M", 1_200_000_000L)]
    [InlineData("3S", 30_000_000L)]
    [InlineData("4m", 40_000L)]
    [InlineData("5u", 50L)]
    [InlineData("600n", 6L)]
    [InlineData("1n", 1L)]
    [InlineData("99999999H", 3_599_999_964_000_000_000L)]
    public void A_timeout_is_read(string text, long ticks) => Assert.Equal(TimeSpan.FromTicks(ticks), TimeoutHeader.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData("123456789S")]
    [InlineData("1.5S")]
    public void Text_that_is_not_a_timeout_is_refused(string text) => Assert.Null(TimeoutHeader.Parse(text));

    [Theory]
    [InlineData(1L, "1u")]
    [InlineData(10_000_000L, "1000000u")]
    [InlineData(72_000_000_000L, "7200000m")]
    [InlineData(0L, "1n")]
    [InlineData(-5L, "1n")]
    public void A_timeout_is_written_in_at_most_eight_digits(long ticks, string text) => Assert.Equal(text, TimeoutHeader.Format(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void The_longest_timeout_is_written() => Assert.Equal("15372287M", TimeoutHeader.Format(TimeSpan.FromTicks(long.MaxValue / 1000)));

    [Fact]
    public void Binary_metadata_comes_with_and_without_padding_and_joined_with_commas()
    {
        var metadata = new Metadata();
        MetadataHeaders.Add(metadata, "x-bin", "AQI=,AQI, AQID");
        Assert.Equal([[1, 2], [1, 2], [1, 2, 3]], metadata.GetAll("x-bin").Select(entry => entry.ValueBytes));
    }

    [Fact]
    public void Headers_of_the_protocol_and_invalid_ones_are_not_metadata()
    {
        var metadata = new Metadata();
        MetadataHeaders.Add(metadata, "grpc-timeout", "1S");
        MetadataHeaders.Add(metadata, ":path", "/");
        MetadataHeaders.Add(metadata, "Content-Type", "application/grpc");
        MetadataHeaders.Add(metadata, "x-bin", "***");
        MetadataHeaders.Add(metadata, "x-text", "grün");
        Assert.Empty(metadata);
    }

    [Fact]
    public void Metadata_refuses_what_headers_cannot_carry_and_never_shows_values()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a b", "x"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a-bin", "x"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a", [1]));
        var failure = Assert.Throws<ArgumentException>(() => new Metadata.Entry("a", "secret\r\nvalue"));
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.Equal("authorization", new Metadata.Entry("Authorization", "Bearer secret").ToString());
        Assert.Throws<ArgumentException>(() => MetadataHeaders.Format(new Metadata.Entry("grpc-status", "0")));
    }

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("application/grpc;charset=utf-8", true)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/json", false)]
    [InlineData(null, false)]
    public void The_content_type_of_grpc_is_recognised(string? contentType, bool expected) => Assert.Equal(expected, HeaderNames.IsGrpc(contentType));
}
