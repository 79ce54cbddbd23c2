using System.Text.Json;
using Executor.Cli;
using Executor.Contracts.Reporting;
using Executor.Tests.Planning;
using Executor.Tests.Workflows;
using Xunit;

namespace Executor.Tests.Cli;

/// <summary>What <c>executor run</c> tells whatever started it as a step, and refuses before it begins anything.</summary>
public sealed class StepCommandTests : IDisposable
{
    private readonly WorkflowFolder _folder = new();

    private string Workflow => _folder.Write("q.yaml", TestPlans.Sales);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_XCom_file_in_a_folder_that_does_not_exist_is_refused_before_anything_begins()
    {
        var missing = Path.Combine(_folder.FullName, "missing");
        var log = Path.Combine(_folder.FullName, "log");

        var error = await RefusedAsync("run", Workflow, "--xcom", Path.Combine(missing, "return.json"), "--termination-log", log);

        Assert.Equal(
            $"executor: --xcom: found '{missing}/return.json', expected a file in a folder that exists: there is no {missing}\n", error);
        Assert.StartsWith("the run could not go on (exit code 2)\nexecutor: --xcom: ", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_termination_log_that_is_a_folder_is_refused() => Assert.Equal(
        $"executor: --termination-log: found '{_folder.FullName}', expected the path of a file\n",
        await RefusedAsync("run", Workflow, "--termination-log", _folder.FullName));

    [Fact]
    public async Task A_workflow_that_is_not_valid_is_told_in_both_files()
    {
        var file = _folder.Write("q.yaml", TestPlans.Sales.Replace("over: extract.sales", "over: extract.sale"));
        var xcom = Path.Combine(_folder.FullName, "return.json");
        var log = Path.Combine(_folder.FullName, "log");

        var error = await RefusedAsync("run", file, "--xcom", xcom, "--termination-log", log);

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(xcom, TestContext.Current.CancellationToken));
        Assert.Equal("invalid", json.RootElement.GetProperty("outcome").GetString());
        Assert.Equal(error.TrimEnd(), json.RootElement.GetProperty("reason").GetString());
        Assert.Equal($"the run could not go on (exit code 2)\n{error.TrimEnd()}", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("executor: --run-id and --run-id-from name the run in two ways: give one of them", "--run-id", "a", "--run-id-from", "a")]
    [InlineData("executor: --run-id-from: found no text, expected one that is the same for each try of the same run", "--run-id-from", " ")]
    [InlineData("executor: --terminate-within: found 0, expected at least 1", "--terminate-within", "0")]
    [InlineData(
        "executor: --owner step deletes the attempts with the step's pod, --on-terminate leave keeps them: give one of them",
        "--owner", "step", "--on-terminate", "leave")]
    [InlineData(
        "executor: --owner step: expected EXECUTOR_POD_NAME and EXECUTOR_POD_UID in the environment, from the pod's metadata.name and metadata.uid",
        "--owner", "step", "--backend", "kubernetes", "--driver", "here")]
    [InlineData("executor: --on-terminate leave is for a run on a cluster: processes of this machine end with the command", "--on-terminate", "leave")]
    public async Task Options_that_cannot_be_followed_are_refused(string error, params string[] options) =>
        Assert.StartsWith(error, await RefusedAsync(["run", Workflow, .. options]));

    private static async Task<string> RefusedAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLineProgram.RunAsync(args, new CliConsole(output, error), TestContext.Current.CancellationToken);
        Assert.Equal((ExitCodes.InvalidInput, ""), (code, output.ToString()));
        return error.ToString();
    }
}
