using System.Globalization;
using Executor.Workflows.Errors;
using Executor.Workflows.Values;
using Xunit;

namespace Executor.Tests.Workflows;

public sealed class ValueTests
{
    [Theory]
    [InlineData("1", "1")]
    [InlineData("0.5", "0.5")]
    [InlineData(".5", "0.5")]
    [InlineData("500m", "0.5")]
    [InlineData("250u", "0.00025")]
    [InlineData("100n", "0.0000001")]
    [InlineData("2k", "2000")]
    [InlineData("1E", "1000000000000000000")]
    [InlineData("1e3", "1000")]
    [InlineData("5E2", "500")]
    [InlineData("12e-1", "1.2")]
    [InlineData("1Ki", "1024")]
    [InlineData("1.5Gi", "1610612736")]
    [InlineData("2Ei", "2305843009213693952")]
    public void A_quantity_is_read_as_Kubernetes_does(string text, string expected)
    {
        Assert.True(Quantity.TryParse(text, out var value));
        Assert.Equal(decimal.Parse(expected, CultureInfo.InvariantCulture), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1 Gi")]
    [InlineData("1GB")]
    [InlineData("1K")]
    [InlineData("1mi")]
    [InlineData("1.2.3")]
    [InlineData("1e")]
    [InlineData("1e99")]
    [InlineData("1,000")]
    [InlineData("9999999999999999999999Ei")]
    [InlineData("NaN")]
    public void What_is_no_quantity_is_refused(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("1h30m", 5400)]
    [InlineData("2d", 172800)]
    [InlineData("1d2h3m4s", 93784)]
    [InlineData("0s", 0)]
    public void A_duration_has_units_from_large_to_small(string text, int seconds)
    {
        Assert.True(Duration.TryParse(text, out var value));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("90")]
    [InlineData("s")]
    [InlineData("1m1h")]
    [InlineData("1s1s")]
    [InlineData("1.5h")]
    [InlineData("-1s")]
    [InlineData("1h 30m")]
    [InlineData("1ms")]
    [InlineData("99999999999s")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(5400, "1h30m")]
    [InlineData(86401, "1d1s")]
    public void A_duration_is_shown_as_it_is_written(int seconds, string text) => Assert.Equal(text, Duration.Format(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("sale", "sales")]
    [InlineData("slaes", "sales")]
    [InlineData("SALES", "sales")]
    [InlineData("totally-different", null)]
    [InlineData("x", null)]
    public void The_nearest_name_is_found_if_it_is_near(string found, string? nearest) =>
        Assert.Equal(nearest, Spelling.Nearest(found, ["totals", "sales", "region"]));
}
