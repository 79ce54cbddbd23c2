using System.Globalization;
using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Identity;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Scheduling;

namespace Executor.Journaling;

/// <summary>
/// One decision as a JSON array, its kind first. Tasks stand by their names, so that a journal can be read with a changed workflow.
/// <code>
/// ["launch", task, index, generation, attempt, definition (16 hex digits), memory in bytes, thousandths of a processor if they are not what the task asks for]
/// ["outcome", task, index, generation, attempt, cause, charge, final, exit code, signal, reason, usage, place]
/// ["committed", task, index, generation, attempt, place]
/// ["raise", task, index, generation, cause]
/// ["seal", task, generation, instances]
/// ["unseal", task, generation]
/// ["slices", task, output, bytes above which partitions are split, partitions, producing instances, [[partition, first cut, second cut, ...], ...]]
/// ["unslice", task]
/// ["revision", revision]
/// ["resume", requests]
/// ["cancel", requests, immediately]
/// ["fail", reason]
/// ["finish", outcome]
/// </code>
/// The place (<see cref="PlacementFormat"/>) is left out where none is known.
/// </summary>
internal static class DecisionFormat
{
    private const int MaxReasonLength = 2_000;

    /// <summary>Writes a decision.</summary>
    public static void Write(Utf8JsonWriter json, Decision decision, TaskGraph graph)
    {
        json.WriteStartArray();
        switch (decision)
        {
            case LaunchDecision launch:
                WriteAttempt(json, "launch", launch.Attempt, graph);
                json.WriteStringValue(launch.Definition.ToString("x16", CultureInfo.InvariantCulture));
                json.WriteNumberValue(launch.MemoryBytes);
                if (launch.CpuMillicores is { } cpu)
                {
                    json.WriteNumberValue(cpu);
                }

                break;
            case OutcomeDecision outcome:
                WriteAttempt(json, "outcome", outcome.Attempt, graph);
                WriteOutcome(json, outcome);
                PlacementFormat.Write(json, outcome.Placement);
                break;
            case CommittedDecision committed:
                WriteAttempt(json, "committed", committed.Winner, graph);
                PlacementFormat.Write(json, committed.Placement);
                break;
            case RaiseDecision raise:
                json.WriteStringValue("raise");
                json.WriteStringValue(graph.Plan.Tasks[raise.Task].Name);
                json.WriteNumberValue(raise.Index);
                json.WriteNumberValue(raise.Generation);
                json.WriteStringValue(raise.Cause.ToString());
                break;
            case SealDecision seal:
                json.WriteStringValue("seal");
                json.WriteStringValue(graph.Plan.Tasks[seal.Task].Name);
                json.WriteNumberValue(seal.Generation);
                json.WriteNumberValue(seal.Instances);
                break;
            case UnsealDecision unseal:
                json.WriteStringValue("unseal");
                json.WriteStringValue(graph.Plan.Tasks[unseal.Task].Name);
                json.WriteNumberValue(unseal.Generation);
                break;
            case SliceDecision slices:
                WriteSlices(json, slices, graph);
                break;
            case UnsliceDecision unslice:
                json.WriteStringValue("unslice");
                json.WriteStringValue(graph.Plan.Tasks[unslice.Task].Name);
                break;
            case RevisionDecision revision:
                json.WriteStringValue("revision");
                json.WriteNumberValue(revision.Revision);
                break;
            case ResumeDecision resume:
                json.WriteStringValue("resume");
                json.WriteNumberValue(resume.Requests);
                break;
            case CancelDecision cancel:
                json.WriteStringValue("cancel");
                json.WriteNumberValue(cancel.Requests);
                json.WriteBooleanValue(cancel.Immediately);
                break;
            case FailDecision fail:
                json.WriteStringValue("fail");
                json.WriteStringValue(Shorten(fail.Reason));
                break;
            case FinishDecision finish:
                json.WriteStringValue("finish");
                json.WriteStringValue(finish.Outcome.ToString());
                break;
            default:
                throw new ArgumentException($"no form is known for {decision.GetType().Name}", nameof(decision));
        }

        json.WriteEndArray();
    }

    /// <summary>Reads a decision; null if it is about a task or an instance that the plan does not have.</summary>
    public static Decision? Read(ref Utf8JsonReader json, TaskGraph graph)
    {
        Expect(ref json, JsonTokenType.StartArray);
        var kind = Text(ref json);
        Decision? decision = kind switch
        {
            "launch" => ReadLaunch(ref json, graph),
            "outcome" => ReadOutcome(ref json, graph),
            "committed" => ReadAttempt(ref json, graph) is var attempt && PlacementFormat.Read(ref json) is var placement
                && attempt is { } winner ? new CommittedDecision(winner) { Placement = placement } : null,
            "raise" => ReadRaise(ref json, graph),
            "seal" => Text(ref json) is var name && Number(ref json) is var generation && Number(ref json) is var instances
                && graph.TryFind(name, out var task) ? new SealDecision(task, generation, instances) : null,
            "unseal" => Text(ref json) is var name && Number(ref json) is var generation
                && graph.TryFind(name, out var task) ? new UnsealDecision(task, generation) : null,
            "slices" => ReadSlices(ref json, graph),
            "unslice" => graph.TryFind(Text(ref json), out var task) ? new UnsliceDecision(task) : null,
            "revision" => new RevisionDecision(Number(ref json)),
            "resume" => new ResumeDecision(Number(ref json)),
            "cancel" => new CancelDecision(Number(ref json), Flag(ref json)),
            "fail" => new FailDecision(Text(ref json)),
            "finish" => new FinishDecision(Named<RunOutcome>(ref json)),
            _ => throw new JsonException($"a decision of kind \"{kind}\" is not known to this executor"),
        };
        if (kind != "launch")
        {
            Expect(ref json, JsonTokenType.EndArray);
        }

        return decision;
    }

    // Reads to the end of the array, since its last element may be left out.
    private static LaunchDecision? ReadLaunch(ref Utf8JsonReader json, TaskGraph graph)
    {
        var attempt = ReadAttempt(ref json, graph);
        var definition = Hex(ref json);
        var memory = LongNumber(ref json);
        int? cpu = null;
        Advance(ref json);
        if (json.TokenType != JsonTokenType.EndArray)
        {
            cpu = json.GetInt32();
            Expect(ref json, JsonTokenType.EndArray);
        }

        return attempt is { } launched ? new LaunchDecision(launched, definition, memory) { CpuMillicores = cpu } : null;
    }

    private static void WriteAttempt(Utf8JsonWriter json, string kind, AttemptRef attempt, TaskGraph graph)
    {
        json.WriteStringValue(kind);
        json.WriteStringValue(graph.Plan.Tasks[attempt.Task].Name);
        json.WriteNumberValue(attempt.Index);
        json.WriteNumberValue(attempt.Generation);
        json.WriteNumberValue(attempt.Attempt);
    }

    private static AttemptRef? ReadAttempt(ref Utf8JsonReader json, TaskGraph graph)
    {
        var name = Text(ref json);
        var index = Number(ref json);
        var generation = Number(ref json);
        var attempt = Number(ref json);
        return graph.TryFind(name, index, out var task) ? new AttemptRef(task, index, generation, attempt) : null;
    }

    private static void WriteOutcome(Utf8JsonWriter json, OutcomeDecision decision)
    {
        json.WriteStringValue(decision.Outcome.Cause.ToString());
        json.WriteStringValue(decision.Outcome.Charge.ToString());
        json.WriteBooleanValue(decision.Final);
        WriteOptional(json, decision.Outcome.ExitCode);
        WriteOptional(json, decision.Outcome.Signal);
        json.WriteStringValue(Shorten(decision.Outcome.Reason));
        if (decision.Usage is null)
        {
            json.WriteNullValue();
        }
        else
        {
            JsonSerializer.Serialize(json, decision.Usage, ContractsJson.Default.AttemptUsage);
        }
    }

    private static OutcomeDecision? ReadOutcome(ref Utf8JsonReader json, TaskGraph graph)
    {
        var attempt = ReadAttempt(ref json, graph);
        var cause = Named<AttemptCause>(ref json);
        var charge = Named<RetryCharge>(ref json);
        var final = Flag(ref json);
        var exitCode = OptionalNumber(ref json);
        var signal = OptionalNumber(ref json);
        var reason = Text(ref json);
        Advance(ref json);
        var usage = json.TokenType == JsonTokenType.Null ? null : JsonSerializer.Deserialize(ref json, ContractsJson.Default.AttemptUsage);
        var placement = PlacementFormat.Read(ref json);
        return attempt is { } known
            ? new OutcomeDecision(known, new AttemptOutcome(cause, charge, reason, exitCode, signal), final, usage) { Placement = placement }
            : null;
    }

    private static RaiseDecision? ReadRaise(ref Utf8JsonReader json, TaskGraph graph)
    {
        var name = Text(ref json);
        var index = Number(ref json);
        var generation = Number(ref json);
        var cause = Named<RaiseCause>(ref json);
        return graph.TryFind(name, index, out var task) ? new RaiseDecision(task, index, generation, cause) : null;
    }

    private static void WriteSlices(Utf8JsonWriter json, SliceDecision decision, TaskGraph graph)
    {
        var choice = decision.Choice;
        json.WriteStringValue("slices");
        json.WriteStringValue(graph.Plan.Tasks[decision.Task].Name);
        json.WriteStringValue(choice.Over.ToString());
        json.WriteNumberValue(choice.AboveBytes);
        json.WriteNumberValue(choice.Partitions);
        json.WriteNumberValue(choice.Sources);
        json.WriteStartArray();
        foreach (var (partition, cuts) in choice.Split)
        {
            json.WriteStartArray();
            json.WriteNumberValue(partition);
            foreach (var cut in cuts)
            {
                json.WriteNumberValue(cut);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static SliceDecision? ReadSlices(ref Utf8JsonReader json, TaskGraph graph)
    {
        var name = Text(ref json);
        var over = OutputId.TryParse(Text(ref json), out var output) ? output : throw new JsonException("slices of something that is no output");
        var aboveBytes = LongNumber(ref json);
        var partitions = Number(ref json);
        var sources = Number(ref json);
        var split = new List<SplitPartition>();
        Expect(ref json, JsonTokenType.StartArray);
        for (Advance(ref json); json.TokenType != JsonTokenType.EndArray; Advance(ref json))
        {
            var partition = Number(ref json);
            var cuts = new List<int>();
            for (Advance(ref json); json.TokenType != JsonTokenType.EndArray; Advance(ref json))
            {
                cuts.Add(json.GetInt32());
            }

            split.Add(new SplitPartition(partition, cuts));
        }

        try
        {
            var choice = new SliceChoice(over, aboveBytes, partitions, sources, split);
            return graph.TryFind(name, out var task) && graph.SplitOf(task) is not null ? new SliceDecision(task, choice) : null;
        }
        catch (ArgumentException e)
        {
            throw new JsonException($"the slices of {name} are damaged: {e.Message}", e);
        }
    }

    private static void WriteOptional(Utf8JsonWriter json, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static string Shorten(string text) => text.Length <= MaxReasonLength ? text : text[..MaxReasonLength];

    private static void Advance(ref Utf8JsonReader json)
    {
        if (!json.Read())
        {
            throw new JsonException("the decision ends too early");
        }
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        Advance(ref json);
        if (json.TokenType != type)
        {
            throw new JsonException($"found {json.TokenType} where {type} was expected");
        }
    }

    private static string Text(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.String);
        return json.GetString()!;
    }

    private static ulong Hex(ref Utf8JsonReader json) =>
        ulong.Parse(Text(ref json), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static int Number(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.Number);
        return json.GetInt32();
    }

    private static long LongNumber(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.Number);
        return json.GetInt64();
    }

    private static int? OptionalNumber(ref Utf8JsonReader json)
    {
        Advance(ref json);
        return json.TokenType == JsonTokenType.Null ? null : json.GetInt32();
    }

    private static bool Flag(ref Utf8JsonReader json)
    {
        Advance(ref json);
        return json.GetBoolean();
    }

    private static T Named<T>(ref Utf8JsonReader json)
        where T : struct, Enum
    {
        var text = Text(ref json);
        return Enum.TryParse<T>(text, out var value) ? value : throw new JsonException($"\"{text}\" is not a {typeof(T).Name}");
    }
}
