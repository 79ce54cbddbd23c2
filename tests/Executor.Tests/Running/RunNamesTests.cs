using Executor.Contracts.Identity;
using Executor.Running;
using Xunit;

namespace Executor.Tests.Running;

public sealed class RunNamesTests
{
    [Theory]
    [InlineData("sales/load scheduled__2026-01-01T00:00:00+00:00 -1", "sales-load-scheduled-2026-01-01t00-00-00-00-00-1-00b39df433")]
    [InlineData("Sales", "sales-8de4e0ea73")]
    [InlineData("--x--", "x-cf0e7da16c")]
    public void A_name_shows_the_text_that_it_is_derived_from_and_never_changes(string text, string name) =>
        Assert.Equal(name, RunNames.From(text));

    [Theory]
    [InlineData("sales load", "sales-load")]
    [InlineData("Sales", "sales")]
    [InlineData("a long one, cut before it differs: 0123456789 0123456789 0123456789 1", "a long one, cut before it differs: 0123456789 0123456789 0123456789 2")]
    [InlineData("日次", "月次")]
    [InlineData("ä", "ö")]
    public void Texts_that_look_alike_have_names_of_their_own(string one, string other) =>
        Assert.NotEqual(RunNames.From(one), RunNames.From(other));

    [Fact]
    public void A_name_is_valid_whatever_the_text_is()
    {
        var random = new Random(20260101);
        const string Alphabet = "abzABZ019-_./:+ {}äß日\uD83D\uDE00\uD800\n\0";
        for (var round = 0; round < 2000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 200)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            Assert.True(Names.IsValid(RunNames.From(text)), $"round {round}: {RunNames.From(text)}");
        }
    }
}
