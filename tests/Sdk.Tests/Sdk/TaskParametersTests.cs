using System.Globalization;
using Xunit;

namespace Executor.Sdk.Tests.Sdk;

public sealed class TaskParametersTests
{
    private static readonly TaskParameters Parameters = new(new Dictionary<string, string>
    {
        ["count"] = "12",
        ["ratio"] = "0.5",
        ["comma"] = "0,5",
        ["day"] = "2026-01-31",
        ["on"] = "true",
    });

    [Fact]
    public void Texts_are_read_as_the_wanted_types()
    {
        Assert.Equal("12", Parameters["count"]);
        Assert.Equal(12, Parameters.Get<int>("count"));
        Assert.Equal(12UL, Parameters.Get<ulong>("count"));
        Assert.Equal(0.5, Parameters.Get<double>("ratio"));
        Assert.Equal(0.5m, Parameters.Get<decimal>("ratio"));
        Assert.Equal(new DateOnly(2026, 1, 31), Parameters.Get<DateOnly>("day"));
        Assert.True(Parameters.Get<bool>("on"));
        Assert.Equal("12", Parameters.Get<string>("count"));
    }

    [Fact]
    public void A_fallback_counts_only_where_there_is_no_parameter()
    {
        Assert.Equal(7, Parameters.Get("missing", 7));
        Assert.Equal(12, Parameters.Get("count", 7));
        Assert.Throws<ParameterException>(() => Parameters.Get("ratio", 7));
    }

    [Fact]
    public void The_language_of_the_machine_does_not_matter()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            german.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = german;
            Assert.Equal(0.5, Parameters.Get<double>("ratio"));
            Assert.Throws<ParameterException>(() => Parameters.Get<double>("comma"));
            Assert.Throws<ParameterException>(() => Parameters.Get<decimal>("comma"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Errors_name_the_parameter_its_value_and_what_was_expected()
    {
        AssertError(() => Parameters.Get<int>("ratio"), "parameter 'ratio' is '0.5', expected a whole number from -2147483648 to 2147483647");
        AssertError(() => Parameters.Get<byte>("day"), "parameter 'day' is '2026-01-31', expected a whole number from 0 to 255");
        AssertError(() => Parameters.Get<double>("on"), "parameter 'on' is 'true', expected a number such as 0.5");
        AssertError(() => Parameters.Get<bool>("count"), "parameter 'count' is '12', expected true or false");
        AssertError(() => Parameters.Get<DateOnly>("count"), "parameter 'count' is '12', expected a date such as 2026-01-31");
        AssertError(() => Parameters.Get<Uri16>("count"), "parameter 'count' is '12', expected a Uri16");
        AssertError(() => _ = Parameters["counts"], "there is no parameter 'counts'; the workflow's parameters are comma, count, day, on, ratio");
        AssertError(() => _ = new TaskParameters()["a"], "there is no parameter 'a': the workflow has no parameters");
    }

    private static void AssertError(Action action, string message) => Assert.Equal(message, Assert.Throws<ParameterException>(action).Message);

    private readonly struct Uri16 : IParsable<Uri16>
    {
        public static Uri16 Parse(string s, IFormatProvider? provider) => throw new FormatException();

        public static bool TryParse(string? s, IFormatProvider? provider, out Uri16 result)
        {
            result = default;
            return false;
        }
    }
}
