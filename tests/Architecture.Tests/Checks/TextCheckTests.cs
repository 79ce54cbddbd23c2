using Xunit;
using static Architecture.Tests.Checks.MadeUpTree;

namespace Architecture.Tests.Checks;

public sealed class TextCheckTests
{
    [Theory]
    [InlineData("executor/A.cs", "\n// TODO: later", "executor/A.cs:2", "TODO")]
    [InlineData("scripts/lab", "# FIXME", "scripts/lab:1", "FIXME")]
    [InlineData("executor/A.cs", "throw new NotImplementedException();", "executor/A.cs:1", "NotImplementedException")]
    [InlineData("scripts/lab", "cd /root/code", "scripts/lab:1", "/root")]
    [InlineData("README.md", "In `/work/main`", "README.md:1", "/work")]
    [InlineData("README.md", "see file:///home/ada/x", "README.md:1", "/home/ada")]
    [InlineData("a.json", "{\"path\": \"/Users/ada\"}", "a.json:1", "/Users/ada")]
    [InlineData("a.json", "C:\\Users\\ada", "a.json:1", "C:\\Users\\")]
    public void Forbidden_text_is_found_with_its_line(string path, string text, string place, string found) =>
        AssertOne(TextCheck.ForbiddenText(Of((path, text))), place, $"'{found}'");

    [Theory]
    [InlineData("README.md", "leave no TODO")]
    [InlineData("executor/A.cs", "var ToDo = Methodology;")]
    [InlineData("scripts/lab", "cd $HOME/work; cd ./work; curl http://host/work; cd ../root; cd ${x}/root; ls /rootfs /worker /home")]
    [InlineData("tests/Architecture.Tests/A.cs", "TODO")]
    public void Other_text_is_allowed(string path, string text) => Assert.Empty(TextCheck.ForbiddenText(Of((path, text))));

    [Fact]
    public void A_source_file_over_the_limit_is_found()
    {
        var tree = Of(
            ("executor/Executor.csproj", ProjectFile()),
            ("executor/Fits.cs", Lines(Rules.MaxSourceLines)),
            ("executor/Long.cs", Lines(Rules.MaxSourceLines + 1)),
            ("tests/X.Tests/X.Tests.csproj", ProjectFile()),
            ("tests/X.Tests/Long.cs", Lines(Rules.MaxSourceLines + 1)));

        AssertOne(TextCheck.Length(tree), "executor/Long.cs", $"has {Rules.MaxSourceLines + 1} lines");
    }

    [Theory]
    [InlineData("docs/adr/1-short-number.md")]
    [InlineData("docs/adr/0001_underscores.md")]
    [InlineData("docs/adr/0001-Capitals.md")]
    [InlineData("docs/adr/0001-title.txt")]
    [InlineData("docs/adr/2026/0001-title.md")]
    public void A_decision_record_with_another_name_is_found(string path) =>
        AssertOne(TextCheck.DecisionRecords(Of((path, ""))), path, "NNNN-title.md");

    [Fact]
    public void Two_decision_records_with_one_number_are_found()
    {
        var tree = Of(
            ("docs/adr/0001-one.md", ""),
            ("docs/adr/0001-other.md", ""),
            ("docs/adr/0002-own-grpc-and-arrow.md", ""),
            ("docs/Other.md", ""));

        AssertOne(TextCheck.DecisionRecords(tree), "docs/adr/0001-other.md", "docs/adr/0001-one.md");
    }

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("//\n", count));
}
