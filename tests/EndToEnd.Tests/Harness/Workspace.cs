using Executor.TestKit;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// A folder with a state directory of its own, and the built <c>executor</c> to use on it. Whatever was started in it is gone when it is
/// disposed of.
/// </summary>
public sealed class Workspace : IAsyncDisposable
{
    private const string MarkVariable = "EXECUTOR_TEST_WORKSPACE";

    private readonly TemporaryDirectory _directory = new("executor-e2e-");
    private readonly string _mark = Guid.NewGuid().ToString("N");

    /// <summary>The built <c>executor</c>.</summary>
    public static string Program { get; } = Repository.Program("executor", "executor");

    /// <summary>What every process started here inherits: the state directory, and a mark to be found by.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        [MarkVariable] = _mark,
        ["EXECUTOR_STATE"] = State,
    };

    /// <summary>The folder that runs are kept in.</summary>
    public string State { get; init; } = "";

    /// <summary>Makes one; the state directory is below the workspace's folder.</summary>
    public Workspace() => State = PathOf("state");

    /// <summary>The full path of something in the workspace.</summary>
    public string PathOf(params string[] parts) => _directory.PathOf(parts);

    /// <summary>Writes a text file and returns its full path.</summary>
    public string Write(string name, string text) => _directory.Write(name, text);

    /// <summary>Writes a workflow of these tasks (and whatever else belongs below <c>spec</c>) and returns its full path.</summary>
    public string WriteWorkflow(string spec, string name = "workflow") => Write(
        $"{name}.yaml",
        $$"""
        apiVersion: executor.dev/v1alpha1
        kind: Workflow
        metadata: {name: {{name}}}
        spec:
          {{spec.ReplaceLineEndings("\n").Replace("\n", "\n  ", StringComparison.Ordinal)}}
        """);

    /// <summary>Runs <c>executor</c> to its end.</summary>
    public async Task<ProgramResult> ExecutorAsync(params string[] arguments)
    {
        await using var program = Start(arguments);
        return await program.WaitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Starts <c>executor</c>.</summary>
    public RunningProgram Start(params string[] arguments) => StartProgram(Program, arguments);

    /// <summary>Starts another program, marked as belonging here.</summary>
    public RunningProgram StartProgram(string file, params string[] arguments) => RunningProgram.Start(
        new ProgramStart(file, arguments) { WorkingDirectory = _directory.Path, Environment = Environment });

    /// <summary>Everything that runs and was started here, however indirectly.</summary>
    public IReadOnlyList<LinuxProcess> Processes() => LinuxProcess.WithVariable(MarkVariable, _mark);

    /// <summary>Waits until nothing that was started here runs any more.</summary>
    public Task WhenNothingRunsAsync() => WhenOnlyAsync(0);

    /// <summary>Waits until no more than so many processes that were started here run.</summary>
    public Task WhenOnlyAsync(int count) => Poll.UntilAsync(
        () => Processes().Count <= count,
        TimeSpan.FromSeconds(60),
        () => $"the end of all but {count} of\n{string.Join('\n', Processes())}",
        TestContext.Current.CancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        while (Processes() is { Count: > 0 } left)
        {
            foreach (var process in left)
            {
                Signals.Send(process.Id, Signals.Kill);
            }
        }

        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
