using System.Globalization;
using System.Text;
using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Faults;

/// <summary>
/// One run of the workflow with its kills. What is killed comes back, and in the end the answer must be the one of an undisturbed run,
/// nothing that was committed may be lost, and nothing may have been launched after its commit stood.
/// </summary>
internal sealed class FaultRound(FaultPlan plan) : IAsyncDisposable
{
    private const string Run = "faults";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(150);

    private readonly Workspace _workspace = new();
    private readonly StringBuilder _events = new();
    private readonly Random _random = new(plan.Seed);
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private StandaloneStore? _store;
    private RunningProgram? _executor;
    private string _workflow = "";

    private string[] StoreOptions => _store?.Options ?? [];

    private string StoreObjects => _store?.Folder ?? Path.Combine(_workspace.State, "store");

    /// <summary>Runs it; throws where a promise is broken, with all that is known.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await RunAndCheckAsync(limit.Token);
        }
        catch (Exception exception)
        {
            var hang = limit.IsCancellationRequested ? $"the round has not ended within {Limit.TotalSeconds:0} s. " : "";
            throw new InvalidOperationException($"{plan}\n{hang}{exception.Message}\n{Describe()}", exception);
        }
    }

    /// <summary>What happened, with times.</summary>
    public string Events => _events.ToString();

    public async ValueTask DisposeAsync()
    {
        await (_executor?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_store?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _workspace.DisposeAsync();
    }

    private async Task RunAndCheckAsync(CancellationToken cancellationToken)
    {
        _workflow = _workspace.WriteWorkflow(FaultWorkflow.Spec);
        if (plan.Standalone)
        {
            _store = await StandaloneStore.StartAsync(_workspace);
        }

        StartExecutor();
        foreach (var fault in plan.Faults)
        {
            if (!await IsTimeAsync(fault, cancellationToken))
            {
                Say($"the run was over before: {fault}");
                break;
            }

            await StrikeAsync(fault, cancellationToken);
        }

        (await _executor!.WaitAsync(cancellationToken)).Expect(0);
        Say("the run has succeeded");
        await CheckAsync(cancellationToken);
        Say("checked");
    }

    private void StartExecutor() => _executor = _workspace.Start(
        ["run", _workflow, "--run-id", Run, "--parallel", "4", "--results", _workspace.PathOf("results"), "--format", "csv", .. StoreOptions]);

    /// <summary>Waits for a fault's moment; false if the run ends before.</summary>
    private async Task<bool> IsTimeAsync(Fault fault, CancellationToken cancellationToken)
    {
        await Poll.UntilAsync(() => _executor!.HasExited || Reached(fault), Limit, fault.ToString, cancellationToken);
        await Task.Delay(fault.Delay, TimeProvider.System, cancellationToken);
        return !_executor!.HasExited;
    }

    private bool Reached(Fault fault) => fault.Count <= fault.Moment switch
    {
        Moment.Time => TimeProvider.System.GetElapsedTime(_began).TotalMilliseconds,
        Moment.JournalEntries => StoreFolder.Objects(StoreObjects, Run, "journal").Count,
        Moment.Attempts => Runners().Count,
        Moment.Segments => StoreFolder.Segments(StoreObjects, Run).Count,
        Moment.Commits => StoreFolder.Objects(StoreObjects, Run, "commits").Count,
        _ => StoreFolder.Objects(StoreObjects, Run, "seals").Count,
    };

    private async Task StrikeAsync(Fault fault, CancellationToken cancellationToken)
    {
        switch (fault.Victim)
        {
            case Victim.Runner:
                // Between two attempts there may be none.
                await Poll.UntilAsync(() => _executor!.HasExited || Runners().Count > 0, Limit, () => "a runner", cancellationToken);
                if (Runners() is { Count: > 0 } runners)
                {
                    var (attempt, process) = runners[_random.Next(runners.Count)];
                    Signals.Send(process, Signals.Kill);
                    Say($"killed the runner of {attempt}: {fault}");
                }

                break;

            case Victim.Store:
                await _store!.KillAsync();
                Say($"killed the store: {fault}");
                await Task.Delay(fault.Absence, TimeProvider.System, cancellationToken);
                await _store.RestartAsync();
                Say("the store is back");
                break;

            default:
                _executor!.Signal(Signals.Kill);
                await _executor.WaitAsync(cancellationToken);
                Say($"killed the executor: {fault}\n{_executor.Describe()}");
                await _executor.DisposeAsync();
                await Task.Delay(fault.Absence, TimeProvider.System, cancellationToken);
                StartExecutor();
                Say("the executor is back");
                break;
        }
    }

    /// <summary>The runners that the executor has told of in its attempts' folders, and that live.</summary>
    private List<(string Attempt, int Process)> Runners()
    {
        var runners = new List<(string, int)>();
        var folder = Path.Combine(_workspace.State, "attempts", Run);
        try
        {
            foreach (var attempt in Directory.EnumerateDirectories(folder))
            {
                if (File.ReadAllText(Path.Combine(attempt, "process")).Split(' ') is [var text, _]
                    && int.TryParse(text, CultureInfo.InvariantCulture, out var process)
                    && LinuxProcess.Find(process) is { HasEnded: false })
                {
                    runners.Add((Path.GetFileName(attempt), process));
                }
            }
        }
        catch (IOException)
        {
            // Attempts come and go while they are looked at.
        }

        return runners;
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        await _workspace.WhenOnlyAsync(_store is null ? 0 : 1);
        var table = await File.ReadAllLinesAsync(_workspace.PathOf("results", "merge.table.csv"), cancellationToken);
        Assert.Equal(FaultWorkflow.Answer, table.Skip(1));
        (await _workspace.ExecutorAsync(["store", "verify", Run, .. StoreOptions])).Expect(0);
        var status = (await _workspace.ExecutorAsync(["status", Run, "--journal", .. StoreOptions])).Expect(0);
        var decisions = RunJournal.Parse(status);
        Assert.Empty(RunJournal.LaunchedAfterCommit(decisions));
        Assert.Equal(
            FaultWorkflow.Instances,
            decisions.Where(decision => decision.Kind == "committed").DistinctBy(decision => (decision.Task, decision.Index)).Count());
    }

    private string Describe()
    {
        string[] objects = Directory.Exists(StoreObjects)
            ? [.. Directory.EnumerateFiles(StoreObjects, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : [];
        return $"""
            {Events}
            --- the executor
            {_executor?.Describe()}
            --- the store
            {_store?.Describe()}
            --- everything that runs
            {string.Join('\n', _workspace.Processes())}
            --- objects
            {string.Join('\n', objects)}
            """;
    }

    private void Say(string what) =>
        _events.Append(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(_began).TotalSeconds,7:0.000} s  {what}\n");
}
