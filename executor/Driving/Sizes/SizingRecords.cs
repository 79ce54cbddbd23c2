using System.Buffers;
using System.Text.Json;
using Executor.Contracts.Identity;
using Executor.Sizing;
using Executor.Sizing.History;

namespace Executor.Driving.Sizes;

/// <summary>
/// The records of sizing, as UTF-8 JSON. What was seen, numbers in the order input bytes, peak, seconds, 1 if it ran out of memory, cores, throttled share; what was decided, with
/// <c>targetBytes</c> where a VPA was asked and said something; and what is to be forgotten, the last key of what was seen by class:
/// <code>
/// {"v":1,"classes":{"etl/map":[[1048576,52428800,3.5,0,0.9,0]]}}
/// {"v":1,"decisions":[{"task":"map","index":0,"generation":0,"attempt":1,"inputBytes":1048576,"askedBytes":536870912,"givenBytes":62914560,
///   "modelBytes":62914560,"expert":"linear","reason":"...","alternatives":[{"expert":"vpa","bytes":63000000,"cost":5e9}]}]}
/// {"v":1,"through":{"etl/map":"sizing/seen/0000000003.0001"}}
/// </code>
/// </summary>
internal static class SizingRecords
{
    /// <summary>The most bytes of a record that is read.</summary>
    public const int MaxBytes = 8 << 20;

    /// <summary>The most observations that are taken out of one record.</summary>
    public const int MaxObservations = 20_000;

    private const int Version = 1;
    private const int MaxClassLength = 200;

    // Nothing runs for longer, or has more: what says otherwise is damaged.
    private const double MaxSeconds = 10 * 365.25 * 86400;
    private const double MaxMeasure = 1L << 60;

    /// <summary>Writes what was seen.</summary>
    public static byte[] Write(IReadOnlyList<ClassObservation> observations) => Write(json =>
    {
        json.WriteStartObject("classes");
        foreach (var (taskClass, seen) in observations.GroupBy(observation => observation.Class).Select(group => (group.Key, group)))
        {
            json.WriteStartArray(taskClass);
            foreach (var (_, shown) in seen)
            {
                json.WriteStartArray();
                WriteNumber(json, shown.InputBytes);
                json.WriteNumberValue(shown.PeakBytes);
                json.WriteNumberValue(Math.Round(shown.Seconds, 3));
                json.WriteNumberValue(shown.Censored ? 1 : 0);
                WriteNumber(json, shown.Cores is { } cores ? Math.Round(cores, 4) : null);
                json.WriteNumberValue(Math.Round(shown.ThrottledShare, 4));
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    });

    /// <summary>Writes what was decided.</summary>
    public static byte[] Write(IReadOnlyList<SizedAttempt> decisions) => Write(json =>
    {
        json.WriteStartArray("decisions");
        foreach (var sized in decisions)
        {
            json.WriteStartObject();
            json.WriteString("task", sized.Attempt.Task);
            json.WriteNumber("index", sized.Attempt.Index);
            json.WriteNumber("generation", sized.Attempt.Generation);
            json.WriteNumber("attempt", sized.Attempt.Attempt);
            if (sized.InputBytes is { } input)
            {
                json.WriteNumber("inputBytes", Math.Round(input));
            }

            json.WriteNumber("askedBytes", sized.AskedBytes);
            json.WriteNumber("givenBytes", sized.GivenBytes);
            json.WriteNumber("modelBytes", sized.Decision.MemoryBytes);
            if (sized.Decision.TargetBytes is { } target)
            {
                json.WriteNumber("targetBytes", target);
            }

            json.WriteString("expert", sized.Decision.Expert);
            json.WriteString("reason", sized.Decision.Reason);
            json.WriteStartArray("alternatives");
            foreach (var alternative in sized.Decision.Alternatives)
            {
                json.WriteStartObject();
                json.WriteString("expert", alternative.Expert);
                json.WriteNumber("bytes", Math.Round(alternative.MemoryBytes));
                json.WriteNumber("cost", double.IsFinite(alternative.Cost) ? Math.Round(alternative.Cost) : 0);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>Writes what is to be forgotten.</summary>
    public static byte[] Write(ForgottenClasses forgotten) => Write(json =>
    {
        json.WriteStartObject("through");
        foreach (var (taskClass, key) in forgotten.Through.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(taskClass, key);
        }

        json.WriteEndObject();
    });

    /// <summary>Reads what is to be forgotten.</summary>
    /// <exception cref="JsonException">The bytes are no such record.</exception>
    public static ForgottenClasses ReadForgotten(ReadOnlyMemory<byte> record) => Read(record, root =>
    {
        var through = new Dictionary<string, string>();
        foreach (var entry in root.GetProperty("through").EnumerateObject())
        {
            through[entry.Name] = entry.Value.GetString() ?? throw new JsonException($"through.{entry.Name} is null");
        }

        return new ForgottenClasses(through);
    });

    /// <summary>Reads what was seen; what cannot be is left out and counted.</summary>
    /// <exception cref="JsonException">The bytes are no such record.</exception>
    public static (IReadOnlyList<ClassObservation> Observations, int Refused) ReadObservations(ReadOnlyMemory<byte> record) => Read(record, root =>
    {
        var observations = new List<ClassObservation>();
        var refused = 0;
        foreach (var taskClass in root.GetProperty("classes").EnumerateObject())
        {
            foreach (var row in taskClass.Value.EnumerateArray())
            {
                if (taskClass.Name.Length <= MaxClassLength && observations.Count < MaxObservations && ObservationOf(row) is { } seen)
                {
                    observations.Add(new ClassObservation(taskClass.Name, seen));
                }
                else
                {
                    refused++;
                }
            }
        }

        return (observations, refused);
    });

    /// <summary>Reads what was decided.</summary>
    /// <param name="run">The run that the record is of.</param>
    /// <param name="record">The record.</param>
    /// <exception cref="JsonException">The bytes are no such record.</exception>
    public static IReadOnlyList<SizedAttempt> ReadDecisions(string run, ReadOnlyMemory<byte> record) => Read(record, root =>
        root.GetProperty("decisions").EnumerateArray().Select(sized => new SizedAttempt(
            new AttemptId(run, Text(sized, "task"), sized.GetProperty("index").GetInt32(), sized.GetProperty("generation").GetInt32(), sized.GetProperty("attempt").GetInt32()),
            sized.TryGetProperty("inputBytes", out var input) ? input.GetDouble() : null,
            sized.GetProperty("askedBytes").GetInt64(),
            sized.GetProperty("givenBytes").GetInt64(),
            new SizingDecision(
                sized.GetProperty("modelBytes").GetInt64(),
                Text(sized, "expert"),
                SizingStep.Launch,
                [.. sized.GetProperty("alternatives").EnumerateArray().Select(other => new SizingAlternative(Text(other, "expert"), other.GetProperty("bytes").GetDouble(), other.GetProperty("cost").GetDouble()))],
                Text(sized, "reason"))
            {
                TargetBytes = sized.TryGetProperty("targetBytes", out var target) ? target.GetInt64() : null,
            })).ToList());

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            content(json);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static T Read<T>(ReadOnlyMemory<byte> record, Func<JsonElement, T> read)
    {
        if (record.Length > MaxBytes)
        {
            throw new JsonException($"found {record.Length} bytes, expected at most {MaxBytes}");
        }

        using var document = JsonDocument.Parse(record);
        try
        {
            var version = document.RootElement.GetProperty("v").GetInt32();
            return version == Version ? read(document.RootElement) : throw new JsonException($"found version {version}, expected {Version}");
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static Observation? ObservationOf(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != 6)
        {
            return null;
        }

        Span<double> numbers = stackalloc double[6];
        for (var i = 0; i < numbers.Length; i++)
        {
            var mayLack = i is 0 or 4;
            if (row[i].ValueKind == JsonValueKind.Number && row[i].TryGetDouble(out var number) && number is >= 0 and <= MaxMeasure)
            {
                numbers[i] = number;
            }
            else if (mayLack && row[i].ValueKind == JsonValueKind.Null)
            {
                numbers[i] = double.NaN;
            }
            else
            {
                return null;
            }
        }

        var seen = new Observation(Known(numbers[0]), numbers[1], numbers[2]) { Censored = numbers[3] > 0, Cores = Known(numbers[4]), ThrottledShare = numbers[5] };
        return seen.Problem is null && seen.Seconds <= MaxSeconds ? seen : null;
    }

    private static double? Known(double number) => double.IsNaN(number) ? null : number;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new JsonException($"{name} is null");

    private static void WriteNumber(Utf8JsonWriter json, double? number)
    {
        if (number is { } value)
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
