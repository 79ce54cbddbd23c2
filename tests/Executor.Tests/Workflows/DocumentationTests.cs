using System.Text.RegularExpressions;
using Executor.Cli;
using Executor.Planning;
using Executor.Workflows.Binding;
using Xunit;

namespace Executor.Tests.Workflows;

/// <summary>Every example of docs/workflow.md is what it says: a workflow that can be planned, or one that is refused with these errors.</summary>
public sealed partial class DocumentationTests
{
    private const string Heading = "apiVersion: executor.dev/v1alpha1\nkind: Workflow\nmetadata: {name: q}\n";

    private static readonly string Page = File.ReadAllText(RepositoryFiles.Path("docs/workflow.md"));

    public static TheoryData<string> Examples() => [.. Fences().Where(f => f.Kind == "yaml").Select(f => f.Text)];

    public static TheoryData<string, string> RefusedExamples()
    {
        var fences = Fences();
        var examples = new TheoryData<string, string>();
        for (var i = 0; i < fences.Count; i++)
        {
            if (fences[i].Kind == "yaml refused")
            {
                examples.Add(fences[i].Text, fences[i + 1].Text);
            }
        }

        return examples;
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_can_be_planned(string text)
    {
        using var folder = new WorkflowFolder();
        foreach (Match source in DotnetSource().Matches(text))
        {
            folder.Write(source.Groups[1].Value, "// a task");
        }

        foreach (Match code in CodeFolder().Matches(text))
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, code.Groups[1].Value));
        }

        var path = Write(folder, text);
        var required = WorkflowPlanner.Validate(path, new Dictionary<string, string>());
        var result = WorkflowPlanner.Plan(path, required.UnsetParameters.ToDictionary(name => name, _ => "1"));

        Assert.Equal([], result.Errors);
        Assert.NotNull(result.Resolved);
    }

    [Theory]
    [MemberData(nameof(RefusedExamples))]
    public void A_refused_example_is_refused_with_these_errors(string text, string errors)
    {
        using var folder = new WorkflowFolder();
        var result = WorkflowPlanner.Validate(Write(folder, text), new Dictionary<string, string>());
        Assert.Equal(errors, string.Concat(result.Errors.Select(e => e.Replace(folder.FullName + "/", "") + "\n")));
    }

    [Fact]
    public async Task The_plan_shown_is_the_plan_of_the_first_example()
    {
        const string CommandLine = "$ executor plan sales.yaml --parameter days=7\n";
        using var folder = new WorkflowFolder();
        var shown = Fences().Single(f => f.Text.StartsWith(CommandLine, StringComparison.Ordinal)).Text[CommandLine.Length..];
        using var output = new StringWriter { NewLine = "\n" };

        var path = folder.Write("sales.yaml", Fences().First(f => f.Kind == "yaml").Text);
        await CommandLineProgram.RunAsync(["plan", path, "--parameter", "days=7"], new CliConsole(output, output), TestContext.Current.CancellationToken);

        Assert.Equal(shown, output.ToString());
    }

    [Fact]
    public void Examples_of_both_kinds_are_found()
    {
        Assert.Equal(12, Examples().Count);
        Assert.Equal(2, RefusedExamples().Count);
    }

    [Fact]
    public void Every_field_of_the_pod_is_named() =>
        Assert.All(PodFieldShapes.ByName.Keys, name => Assert.Contains($"`{name}`", Page));

    private static string Write(WorkflowFolder folder, string text) =>
        folder.Write("q.yaml", text.StartsWith("spec:", StringComparison.Ordinal) ? Heading + text : text);

    private static List<(string Kind, string Text)> Fences() => [.. Fence().Matches(Page).Select(m => (m.Groups[1].Value, m.Groups[2].Value))];

    [GeneratedRegex(@"^```(\w[\w ]*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"code: ([\w./]+)")]
    private static partial Regex CodeFolder();

    [GeneratedRegex(@"source: ([\w./]+)")]
    private static partial Regex DotnetSource();
}
