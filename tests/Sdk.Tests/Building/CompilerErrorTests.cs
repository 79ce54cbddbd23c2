using Executor.Building;
using Xunit;

namespace Executor.Sdk.Tests.Building;

public sealed class CompilerErrorTests
{
    [Theory]
    [InlineData(
        "/a/Q1.cs(12,5): error CS1002: ; expected [/tmp/x/Q1.task.csproj]",
        "/known/Q1.cs(12,5): CS1002: ; expected")]
    [InlineData(
        "/a/Q1.cs(12,5,12,9): error CS0029: Cannot convert type 'int[]' to 'a:b' [/tmp/x/Q1.task.csproj::TargetFramework=net10.0]",
        "/known/Q1.cs(12,5): CS0029: Cannot convert type 'int[]' to 'a:b'")]
    [InlineData("MSBUILD : error MSB1009: Project file does not exist.", "MSB1009: Project file does not exist.")]
    [InlineData("CSC : error CS5001: Program does not contain a static 'Main' method [/x/y.csproj]", "CS5001: Program does not contain a static 'Main' method")]
    [InlineData("/a/x.csproj : error NU1101: Unable to find package Foo.", "/known/x.csproj: NU1101: Unable to find package Foo.")]
    public void An_error_line_is_cleaned(string line, string expected)
    {
        var error = Assert.Single(CompilerError.Parse([line, line], path => path.Replace("/a/", "/known/", StringComparison.Ordinal)));
        Assert.Equal(expected, error.ToString());
    }

    [Theory]
    [InlineData("/a/Q1.cs(1,22): warning CS0414: never used [/tmp/p.csproj]")]
    [InlineData("Build FAILED.")]
    [InlineData("    1 Error(s)")]
    public void Other_lines_are_left_out(string line) => Assert.Empty(CompilerError.Parse([line], path => path));

    [Fact]
    public void Only_so_many_errors_are_shown()
    {
        var errors = Enumerable.Range(1, 25).Select(line => new CompilerError("a.cs", line, 1, "CS1", "wrong")).ToList();
        var message = new TaskBuildException("a.cs", errors).Message;
        Assert.Contains("a.cs(20,1): CS1: wrong\n  and 5 more", message, StringComparison.Ordinal);
        Assert.DoesNotContain("a.cs(21,1)", message, StringComparison.Ordinal);
    }
}
