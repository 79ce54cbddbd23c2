using System.Text.RegularExpressions;
using Executor.Planning;
using Xunit;

namespace Executor.Tests.Workflows;

/// <summary>The cases of the folder <c>Invalid</c>, whose README says how they are written.</summary>
public sealed partial class InvalidWorkflowTests
{
    private const string Heading = "apiVersion: executor.dev/v1alpha1\nkind: Workflow\nmetadata: {name: q}\n";

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var file in Directory.GetFiles(RepositoryFiles.Path("tests/Executor.Tests/Workflows/Invalid"), "*.cases").Order(StringComparer.Ordinal))
        {
            foreach (var text in CaseStart().Split(File.ReadAllText(file)).Where(t => t.Length > 0))
            {
                var newLine = text.IndexOf('\n', StringComparison.Ordinal);
                cases.Add($"{Path.GetFileNameWithoutExtension(file)}: {text[..newLine]}", text[(newLine + 1)..]);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_error_is_told_with_its_place_in_the_order_of_the_file(string name, string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        var expected = lines.Where(l => l.StartsWith("!! ", StringComparison.Ordinal)).Select(l => l[3..]).ToList();
        var body = string.Concat(lines.TakeWhile(l => !l.StartsWith("!! ", StringComparison.Ordinal)).Select(l => LeadingTab().Replace(l, "\t") + "\n"));
        using var folder = new WorkflowFolder();
        var path = folder.Write("q.yaml", (body.StartsWith("spec:", StringComparison.Ordinal) ? Heading : "") + body);

        var result = WorkflowPlanner.Validate(path, new Dictionary<string, string>());

        Assert.NotEmpty(expected);
        Assert.Null(result.Resolved);
        Assert.True(
            expected.SequenceEqual(result.Errors.Select(e => e.Replace(folder.FullName + "/q.yaml", "q.yaml").Replace(folder.FullName, "/folder"))),
            $"{name}\nexpected:\n{string.Join('\n', expected)}\nfound:\n{string.Join('\n', result.Errors)}");
    }

    [GeneratedRegex("^## ", RegexOptions.Multiline)]
    private static partial Regex CaseStart();

    [GeneratedRegex(@"^%\\t")]
    private static partial Regex LeadingTab();
}
