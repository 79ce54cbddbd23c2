using System.Text.Json;
using Executor.Journaling;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Channel;

namespace Executor.Running;

/// <summary>Shows the decisions of a run's drivers, one JSON object a line, in the order of the journal.</summary>
internal static class JournalText
{
    /// <summary>Writes all of it.</summary>
    public static async Task WriteAsync(IRunRecords records, string run, RunPlan plan, TextWriter writer, CancellationToken cancellationToken)
    {
        var graph = new TaskGraph(plan);
        await foreach (var entry in Journal.ReadAsync(records, run, graph, 0, cancellationToken))
        {
            if (entry.IsOpening)
            {
                JsonLine.Write(writer, json => Begin(json, entry, "open"));
            }

            foreach (var decision in entry.Decisions)
            {
                JsonLine.Write(writer, json =>
                {
                    Begin(json, entry, NameOf(decision));
                    Write(json, decision, run, graph);
                });
            }
        }
    }

    private static void Begin(Utf8JsonWriter json, JournalEntry entry, string decision)
    {
        json.WriteNumber("entry", entry.Sequence);
        json.WriteNumber("epoch", entry.Epoch);
        json.WriteString("at", entry.At);
        json.WriteString("decision", decision);
    }

    private static string NameOf(Decision decision)
    {
        const string Suffix = nameof(Decision);
        var name = decision.GetType().Name;
        return decision is SliceDecision ? "slices" : JsonNamingPolicy.CamelCase.ConvertName(name[..^Suffix.Length]);
    }

    private static void Write(Utf8JsonWriter json, Decision decision, string run, TaskGraph graph)
    {
        switch (decision)
        {
            case LaunchDecision launch:
                JsonLine.WriteAttempt(json, graph.Name(run, launch.Attempt));
                json.WriteNumber("memoryBytes", launch.MemoryBytes);
                if (launch.CpuMillicores is { } cpu)
                {
                    json.WriteNumber("cpuMillicores", cpu);
                }

                break;
            case CommittedDecision committed:
                JsonLine.WriteAttempt(json, graph.Name(run, committed.Winner));
                break;
            case OutcomeDecision outcome:
                JsonLine.WriteAttempt(json, graph.Name(run, outcome.Attempt));
                json.WriteString("cause", outcome.Outcome.Cause.ToString());
                json.WriteString("reason", outcome.Outcome.Reason);
                json.WriteBoolean("final", outcome.Final);
                break;
            case RaiseDecision raise:
                json.WriteString("task", graph.Plan.Tasks[raise.Task].Name);
                json.WriteNumber("index", raise.Index);
                json.WriteNumber("generation", raise.Generation);
                json.WriteString("cause", raise.Cause.ToString());
                break;
            case SealDecision seal:
                json.WriteString("task", graph.Plan.Tasks[seal.Task].Name);
                json.WriteNumber("generation", seal.Generation);
                json.WriteNumber("instances", seal.Instances);
                break;
            case UnsealDecision unseal:
                json.WriteString("task", graph.Plan.Tasks[unseal.Task].Name);
                json.WriteNumber("generation", unseal.Generation);
                break;
            case SliceDecision slices:
                json.WriteString("task", graph.Plan.Tasks[slices.Task].Name);
                json.WriteString("output", slices.Choice.Over.ToString());
                json.WriteNumber("splitPartitions", slices.Choice.Split.Count);
                json.WriteNumber("instances", slices.Choice.Instances);
                break;
            case UnsliceDecision unslice:
                json.WriteString("task", graph.Plan.Tasks[unslice.Task].Name);
                break;
            case RevisionDecision revision:
                json.WriteNumber("revision", revision.Revision);
                break;
            case FailDecision fail:
                json.WriteString("reason", fail.Reason);
                break;
            case FinishDecision finish:
                json.WriteString("outcome", finish.Outcome.ToString());
                break;
            default:
                break;
        }
    }
}
