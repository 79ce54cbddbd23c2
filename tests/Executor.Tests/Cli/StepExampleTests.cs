using System.Text.Json;
using Executor.Cli;
using Executor.Planning;
using Executor.TestKit.Parts;
using Executor.Tests.Workflows;
using Executor.Workflows.Errors;
using Executor.Workflows.Yaml;
using Xunit;

namespace Executor.Tests.Cli;

/// <summary>The examples of steps are what other engines can read, and their command lines are ours.</summary>
public sealed class StepExampleTests
{
    private const string ArgumentsOfCalls = """
        import ast, json, sys
        tree = ast.parse(sys.argv[1])
        texts = {node.targets[0].id: node.value.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)}
        text = lambda node: texts[node.id] if isinstance(node, ast.Name) else ast.literal_eval(node)
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        print(json.dumps([[text(word) for word in keyword.value.elts] for call in calls for keyword in call.keywords if keyword.arg == "arguments"]))
        """;

    [Fact]
    public async Task The_steps_of_the_Airflow_example_are_command_lines()
    {
        var dag = await File.ReadAllTextAsync(RepositoryFiles.Path("examples/airflow/sales_dag.py"), TestContext.Current.CancellationToken);
        using var steps = JsonDocument.Parse(await PyArrow.RunAsync(ArgumentsOfCalls, TestContext.Current.CancellationToken, dag));

        Assert.Equal(2, steps.RootElement.GetArrayLength());
        Assert.All(steps.RootElement.EnumerateArray(), step => AssertIsCommandLine(Texts(step)));
    }

    [Fact]
    public void The_step_of_the_Argo_example_is_a_command_line()
    {
        var diagnostics = new DiagnosticList("sales-workflow.yaml");
        var workflow = YamlToJson.Convert(YamlTreeReader.Read(File.ReadAllText(RepositoryFiles.Path("examples/argo/sales-workflow.yaml")), diagnostics)!);
        Assert.True(diagnostics.IsEmpty);

        var template = workflow.GetProperty("spec").GetProperty("templates").EnumerateArray().Single(t => t.GetProperty("name").GetString() == "executor");
        AssertIsCommandLine(Texts(template.GetProperty("container").GetProperty("args")));
    }

    [Fact]
    public void The_workflow_of_both_can_be_planned() =>
        Assert.Equal([], WorkflowPlanner.Plan(RepositoryFiles.Path("examples/airflow/sales.yaml"), new Dictionary<string, string> { ["days"] = "90" }).Errors);

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(word => word.GetString()!)];

    private static void AssertIsCommandLine(string[] words)
    {
        Assert.Contains("--run-id-from", words);
        Assert.Empty(RootCommandFactory.Create(CliConsole.System).Parse(words).Errors);
    }
}
