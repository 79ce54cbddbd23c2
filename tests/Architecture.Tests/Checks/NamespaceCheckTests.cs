using Xunit;
using static Architecture.Tests.Checks.MadeUpTree;

namespace Architecture.Tests.Checks;

public sealed class NamespaceCheckTests
{
    [Theory]
    [InlineData("executor/Reports/A.cs", "using Spectre.Console;", "Spectre.Console")]
    [InlineData("executor/Reports/A.cs", "using static Spectre.Console.AnsiConsole;", "Spectre.Console")]
    [InlineData("executor/Reports/A.cs", "using Table = Spectre.Console.Table;", "Spectre.Console")]
    [InlineData("executor/Reports/A.cs", "global using global::Spectre.Console;", "Spectre.Console")]
    [InlineData("executor/Reports/A.cs", "var table = new Spectre.Console.Table();", "Spectre.Console")]
    [InlineData("executor/CliParts/A.cs", "using System.CommandLine.Parsing;", "System.CommandLine")]
    [InlineData("executor/Program.cs", "using System.CommandLine;", "System.CommandLine")]
    [InlineData("executor/Scheduling/Order/A.cs", "using Polly;", "Polly")]
    [InlineData("executor/Launching/A.cs", "using Amazon.S3.Model;", "Amazon")]
    public void A_namespace_outside_its_place_is_found(string path, string code, string name) =>
        AssertOne(NamespaceCheck.Run(Executor(path, code)), path, $"uses {name}");

    [Theory]
    [InlineData("executor/Cli/A.cs", "using Spectre.Console;")]
    [InlineData("executor/Cli/Run/A.cs", "using System.CommandLine;")]
    [InlineData("executor/Launching/A.cs", "using Polly.Retry;")]
    [InlineData("executor/Objects/S3/A.cs", "using Amazon.S3;")]
    [InlineData("executor/Reports/A.cs", "// using Spectre.Console;\nvar a = \"Spectre.Console.Table\"; /* Polly. */")]
    [InlineData("executor/Reports/A.cs", "using Own.Spectre.Console; using SystemXCommandLine; using Pollyanna;")]
    [InlineData("tests/Executor.Tests/A.cs", "using Spectre.Console;")]
    public void A_namespace_in_its_place_is_allowed(string path, string code) => Assert.Empty(NamespaceCheck.Run(Executor(path, code)));

    [Fact]
    public void A_using_item_in_the_project_file_is_found()
    {
        var tree = Of(("executor/Executor.csproj", ProjectFile("<Using Include=\"Spectre.Console\" />")));

        AssertOne(NamespaceCheck.Run(tree), "executor/Executor.csproj", "uses Spectre.Console");
    }

    private static RepositoryTree Executor(string path, string code) => Of(
        ("executor/Executor.csproj", ProjectFile()),
        ("tests/Executor.Tests/Executor.Tests.csproj", ProjectFile()),
        (path, code));
}
