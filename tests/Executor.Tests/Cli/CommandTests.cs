using System.Text.Json;
using Executor.Cli;
using Executor.Contracts;
using Executor.Contracts.Reporting;
using Executor.Tests.Planning;
using Executor.Tests.Workflows;
using Executor.Workflows.Errors;
using Executor.Workflows.Yaml;
using Xunit;

namespace Executor.Tests.Cli;

public sealed class CommandTests : IDisposable
{
    private readonly WorkflowFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Validate_says_that_a_file_is_valid()
    {
        var file = _folder.Write("q.yaml", TestPlans.Sales);
        Assert.Equal((ExitCodes.Succeeded, $"{file}: valid\n", ""), await RunAsync("validate", file));
    }

    [Fact]
    public async Task Validate_says_what_it_could_not_check()
    {
        var file = _folder.Write("q.yaml", TestPlans.Sales.Replace("days: \"30\"", "days: {required: true}"));
        Assert.Equal((ExitCodes.Succeeded, $"{file}: valid, as far as it can be checked without --parameter days=VALUE\n", ""), await RunAsync("validate", file));
        Assert.Equal((ExitCodes.Succeeded, $"{file}: valid\n", ""), await RunAsync("validate", file, "--parameter", "days=3"));
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("plan")]
    public async Task Errors_go_to_the_error_writer_alone(string command)
    {
        var file = _folder.Write("q.yaml", TestPlans.Sales.Replace("over: extract.sales", "over: extract.sale").Replace("[duckdb-agg]", "duckdb-agg"));
        var (code, output, error) = await RunAsync(command, file);
        Assert.Equal((ExitCodes.InvalidInput, ""), (code, output));
        Assert.Equal(
            $"""
            {file}:26:22: spec.tasks[2].fanOut.over: found 'extract.sale', expected an output of another task, written task.output (did you mean 'extract.sales'?)
            {file}:29:16: spec.tasks[2].command: found 'duckdb-agg', expected a list such as [python3, extract.py] (use 'script' for a line of shell)

            """,
            error);
    }

    [Fact]
    public async Task Plan_shows_a_table()
    {
        var (code, output, error) = await RunAsync("plan", _folder.Write("q.yaml", TestPlans.Sales), "-p", "days=3");
        Assert.Equal((ExitCodes.Succeeded, ""), (code, error));
        Assert.Equal(
            """
            sales-by-region: 3 tasks, 12 instances, at most 40 at a time
            parameter days = 3
            parameter region = north

            TASK       INSTANCES  AFTER      READS                             WRITES                                          CPU   MEMORY  TIMEOUT  RETRIES
            extract    3          -          -                                 sales (hash region shop, 8 partitions, stdout)  500m  256Mi   1h30m    5+10
            aggregate  8          extract    extract.sales (partition, stdin)  totals                                          500m  1Gi     -        2+10
            report     1          aggregate  aggregate.totals (all, stdin)     -                                               500m  256Mi   -        2+10

            results: aggregate.totals

            """,
            output);
    }

    [Fact]
    public async Task Plan_prints_the_plan_and_exact_descriptors_as_JSON()
    {
        var (code, output, _) = await RunAsync("plan", _folder.Write("q.yaml", TestPlans.Sales), "--output", "json");

        Assert.Equal(ExitCodes.Succeeded, code);
        using var document = JsonDocument.Parse(output);
        Assert.Equal("sales-by-region", document.RootElement.GetProperty("plan").GetProperty("workflow").GetString());
        var descriptors = document.RootElement.GetProperty("descriptors").EnumerateArray()
            .Select(d => d.Deserialize(ContractsJson.Default.TaskDescriptor)!).ToList();
        Assert.Equal(["extract", "aggregate", "report"], descriptors.Select(d => d.Attempt.Task));
        Assert.Equal(["/bin/sh", "-eu", "-c", "echo \"north\" && cat"], descriptors[2].Command!);
    }

    [Fact]
    public async Task Plan_prints_the_same_as_YAML()
    {
        var file = _folder.Write("q.yaml", TestPlans.Sales.Replace("cat", "cat\n\n        echo 'a: \"b\"'").Replace("script: ", "script: |\n        "));
        var (_, json, _) = await RunAsync("plan", file, "-o", "json");
        var (code, yaml, _) = await RunAsync("plan", file, "-o", "yaml");

        Assert.Equal(ExitCodes.Succeeded, code);
        var diagnostics = new DiagnosticList("plan.yaml");
        var read = YamlToJson.Convert(YamlTreeReader.Read(yaml, diagnostics)!);
        Assert.True(diagnostics.IsEmpty);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(json).RootElement, read));
    }

    [Fact]
    public async Task Plan_prints_the_manifests_of_a_run_on_a_cluster_without_touching_one()
    {
        var file = _folder.Write("q.yaml", TestPlans.Sales);
        string[] words = ["plan", file, "--backend", "kubernetes", "--image-registry", "registry.example", "--image-tag", "7", "-n", "team"];
        var (code, json, error) = await RunAsync([.. words, "-o", "json"]);
        Assert.Equal((ExitCodes.Succeeded, ""), (code, error));
        var items = JsonDocument.Parse(json).RootElement.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["ConfigMap", "Secret", "Job", "Job", "Job", "Job"], items.Select(item => item.GetProperty("kind").GetString()));
        Assert.All(items, item => Assert.Equal("team", item.GetProperty("metadata").GetProperty("namespace").GetString()));
        Assert.Equal("KEY-OF-THE-RUN", items[1].GetProperty("stringData").GetProperty("run.key").GetString());
        var container = items[2].GetProperty("spec").GetProperty("template").GetProperty("spec").GetProperty("containers")[0];
        Assert.Equal("registry.example/executor:7", container.GetProperty("image").GetString());
        Assert.Equal("https://executor-store:8815/", items[0].GetProperty("data").GetProperty("store").GetString());
        Assert.Equal("AUTHORITY-OF-THE-STORE", items[1].GetProperty("stringData").GetProperty("store-ca.crt").GetString());
        Assert.Equal("extract", items[3].GetProperty("metadata").GetProperty("labels").GetProperty("executor.dev/task").GetString());

        var (_, yaml, _) = await RunAsync([.. words, "-o", "yaml"]);
        Assert.Equal(items.Count, yaml.Split("---\n").Length);
        var diagnostics = new DiagnosticList("plan.yaml");
        var last = YamlToJson.Convert(YamlTreeReader.Read(yaml.Split("---\n")[^1], diagnostics)!);
        Assert.True(JsonElement.DeepEquals(items[^1], last));
    }

    [Fact]
    public async Task Plan_tells_what_no_pod_can_run()
    {
        var file = _folder.Write("q.yaml", TestPlans.Sales.Replace("image: registry.example/python-arrow:1", "timeout: 1h"));
        var (code, output, error) = await RunAsync("plan", file, "--backend", "kubernetes", "-o", "yaml");
        Assert.Equal((ExitCodes.InvalidInput, ""), (code, output));
        Assert.Contains("found no image", error);
    }

    [Theory]
    [InlineData("executor: Required command was not provided.\nexecutor: 'executor --help' shows what is possible\n")]
    [InlineData("executor: Required argument missing for command: 'plan'.\nexecutor: 'executor plan --help' shows what is possible\n", "plan")]
    [InlineData("executor: --output: found 'xml', expected text, yaml or json\nexecutor: 'executor plan --help' shows what is possible\n", "plan", "q.yaml", "-o", "xml")]
    [InlineData("--parameter: found 'days', expected name=value\n--parameter a: given twice\n", "validate", "q.yaml", "-p", "days", "-p", "a=1", "-p", "a=2")]
    [InlineData("executor: Unrecognized command or argument '--paramter'.\nexecutor: Unrecognized command or argument 'a=1'.\nexecutor: 'executor plan --help' shows what is possible\n", "plan", "q.yaml", "--paramter", "a=1")]
    public async Task A_command_line_that_is_not_understood_is_invalid_input(string error, params string[] args) =>
        Assert.Equal((ExitCodes.InvalidInput, "", error), await RunAsync(args));

    [Fact]
    public async Task Help_is_no_error()
    {
        var (code, output, error) = await RunAsync("plan", "--help");
        Assert.Equal((ExitCodes.Succeeded, ""), (code, error));
        Assert.Contains("--parameter", output);
    }

    private static async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLineProgram.RunAsync(args, new CliConsole(output, error), TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
