using System.CommandLine;
using Executor.Cli;
using Xunit;

namespace Executor.Tests.Cli;

public sealed class StoreOptionsTests
{
    private static readonly Uri[] Both = [new("http://a:1"), new("http://b:1")];

    [Theory]
    [InlineData("--store", "http://a:1,http://b:1")]
    [InlineData("--store", "http://a:1", "--store", "http://b:1")]
    public void A_store_of_several_pods_is_named_by_all_of_them(params string[] words)
    {
        var (options, parsed) = Parse([.. words, "--store-key-file", "key"]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(Both, options.Store(parsed).Uris);
    }

    [Theory]
    [InlineData("http://a:1,b:1")]
    [InlineData("http://a:1,")]
    [InlineData("http://a:1,https://b:1")]
    [InlineData("ftp://a:1")]
    public void Addresses_that_are_none_or_of_two_kinds_are_refused(string addresses)
    {
        var (_, parsed) = Parse("--store", addresses, "--store-key-file", "key");
        Assert.Contains($"--store: found '{addresses}', expected http://host:port or https://host:port", parsed.Errors[0].Message, StringComparison.Ordinal);
    }

    private static (StoreOptions Options, ParseResult Parsed) Parse(params string[] words)
    {
        var options = new StoreOptions();
        var command = new RootCommand();
        options.AddTo(command);
        return (options, command.Parse(words));
    }
}
