using System.Text.Json;
using Executor.TestKit.Processes;

namespace EndToEnd.Tests.Harness;

/// <summary>A run's decisions, as <c>executor status RUN --journal</c> prints them: a JSON object a line.</summary>
public static class RunJournal
{
    /// <summary>All of them in the journal's order.</summary>
    public static IReadOnlyList<JournalDecision> Parse(ProgramResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            .. result.OutputLines.Select(line => JsonDocument.Parse(line).RootElement).Select(decision => new JournalDecision(
                decision.Text("decision") ?? "",
                decision.Text("task"),
                (int?)decision.Number("index"),
                (int?)decision.Number("generation"),
                (int?)decision.Number("attempt"))),
        ];
    }

    /// <summary>The launches of an instance's generation whose commit stood already: promise 4 of docs/protocol.md allows none.</summary>
    public static IReadOnlyList<JournalDecision> LaunchedAfterCommit(IReadOnlyList<JournalDecision> decisions)
    {
        var committed = new HashSet<(string?, int?, int?)>();
        var violations = new List<JournalDecision>();
        foreach (var decision in decisions)
        {
            var instance = (decision.Task, decision.Index, decision.Generation);
            if (decision.Kind == "committed")
            {
                committed.Add(instance);
            }
            else if (decision.Kind == "launch" && committed.Contains(instance))
            {
                violations.Add(decision);
            }
        }

        return violations;
    }
}

/// <summary>One decision; what it does not have is null.</summary>
/// <param name="Kind">Its kind, as docs/protocol.md names them: <c>launch</c>, <c>committed</c>, ...</param>
/// <param name="Task">The task.</param>
/// <param name="Index">The instance.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="Attempt">The attempt.</param>
public sealed record JournalDecision(string Kind, string? Task, int? Index, int? Generation, int? Attempt);
