using System.CommandLine;
using System.Globalization;
using System.Text;
using Executor.Cluster;
using Executor.Cluster.Logs;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Driving;
using Executor.Hosting;

namespace Executor.Cli;

/// <summary>
/// <c>executor logs RUN [TASK[INDEX]]</c>: shows what attempts wrote to standard error: the kept logs of those that have ended, and on a cluster the logs of
/// those that run, live if asked.
/// </summary>
internal static class LogsCommand
{
    private static readonly TimeSpan EndPoll = TimeSpan.FromSeconds(2);

    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var run = RunArgument.Create();
        var which = new Argument<string?>("TASK")
        {
            Description = "A task, or one of its instances: map or map[3]; all if left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var follow = new Option<bool>("--follow", "-f") { Description = "On a cluster: go on with what attempts write, until the run has ended." };
        var store = new StoreOptions();
        var command = new Command("logs", "Shows the logs of a run's attempts.") { run, which, follow };
        store.AddTo(command);
        command.SetAction((parsed, token) => store.WithStoreAsync(parsed, console, async (connection, cluster) =>
        {
            if (!InstanceSelector.TryParse(parsed.GetValue(which), out var selector))
            {
                console.Error.WriteLine($"executor: TASK: found '{parsed.GetValue(which)}', expected a task or task[index]");
                return ExitCodes.InvalidInput;
            }

            if (cluster is null && parsed.GetValue(follow))
            {
                console.Error.WriteLine("executor: logs -f follows a run on a cluster (--backend kubernetes); a run on this machine shows its logs itself");
                return ExitCodes.InvalidInput;
            }

            var id = parsed.GetRequiredValue(run);
            if (!await RunLookup.IsThereAsync(connection, id, console, token))
            {
                return ExitCodes.InvalidInput;
            }

            var shown = await ShowKeptAsync(connection, id, selector, console, token);
            if (cluster is not null)
            {
                await ShowLiveAsync(connection, cluster, id, selector, shown, parsed.GetValue(follow), console, token);
            }

            if (shown.Count == 0)
            {
                console.Error.WriteLine($"executor: there are no logs of {parsed.GetValue(which) ?? "any task"} in run {id}");
            }

            return ExitCodes.Succeeded;
        }, token));
        return command;
    }

    /// <summary>Shows the kept logs; returns the names of the attempts that had one.</summary>
    private static async Task<HashSet<string>> ShowKeptAsync(
        StoreConnection store, string run, InstanceSelector selector, CliConsole console, CancellationToken cancellationToken)
    {
        var shown = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var key in store.Records.ListAsync(run, RecordKeys.Logs + selector.KeyPrefix, cancellationToken))
        {
            if (await store.Records.GetAsync(run, key, cancellationToken) is { } log)
            {
                var name = InstanceSelector.NameOf(key);
                shown.Add(name);
                foreach (var line in Encoding.UTF8.GetString(log.Span).AsSpan().TrimEnd('\n').ToString().Split('\n'))
                {
                    console.Out.WriteLine($"{name} | {line}");
                }
            }
        }

        return shown;
    }

    private static async Task ShowLiveAsync(
        StoreConnection store,
        ClusterConnection cluster,
        string run,
        InstanceSelector selector,
        HashSet<string> shown,
        bool follow,
        CliConsole console,
        CancellationToken cancellationToken)
    {
        // A pod may outlive the keeping of its log for a moment: what was shown is not shown again.
        var kept = shown.ToHashSet(StringComparer.Ordinal);
        var writing = new Lock();
        var follower = new LogFollower(cluster, run, selector.Task, selector.Index, Write, TimeProvider.System);
        if (follow)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await follower.RunAsync(WhenEndedAsync(store, run, console, waiting.Token), cancellationToken);
            await waiting.CancelAsync();
        }
        else
        {
            await follower.ReadAsync(cancellationToken);
        }

        void Write(AttemptId attempt, string line)
        {
            var name = NameOf(attempt);
            lock (writing)
            {
                if (!kept.Contains(name))
                {
                    shown.Add(name);
                    console.Out.WriteLine($"{name} | {line}");
                    console.Out.Flush();
                }
            }
        }
    }

    private static async Task WhenEndedAsync(StoreConnection store, string run, CliConsole console, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(EndPoll, TimeProvider.System);
        do
        {
            if (await RunLookup.FindPlanAsync(store, run, console, cancellationToken) is { } plan
                && await RunStatusReader.ReadAsync(store.Records, run, plan, cancellationToken) is { Finished: not null })
            {
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private static string NameOf(AttemptId attempt) => string.Create(
        CultureInfo.InvariantCulture,
        $"{attempt.Task}[{attempt.Index}] {(attempt.Generation == 0 ? "" : $"generation {attempt.Generation} ")}attempt {attempt.Attempt}");
}
