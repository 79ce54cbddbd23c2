using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Xunit;

namespace EndToEnd.Tests.Examples;

public sealed class HelloTests
{
    private static readonly string Hello = Repository.PathOf("examples", "hello", "hello.yaml");

    [Fact]
    public async Task Hello_prints_its_result_and_what_it_used()
    {
        await using var workspace = new Workspace();

        var result = (await workspace.ExecutorAsync("run", Hello)).Expect(0);

        Assert.Contains("Hello, world!", result.Output, StringComparison.Ordinal);
        Assert.Contains(result.OutputLines, line => line.TrimStart().StartsWith("greet", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_parameter_reaches_the_command_as_it_was_written()
    {
        await using var workspace = new Workspace();

        var result = (await workspace.ExecutorAsync("run", Hello, "--parameter", "name=$(id) \"Ada\" & co")).Expect(0);

        Assert.Contains("Hello, $(id) \"Ada\" & co!", result.Output, StringComparison.Ordinal);
    }
}
