using System.Text.Json;
using Executor.Launching;

namespace Executor.Journaling;

/// <summary>
/// Where an attempt ran, as the last member of the decision on its end. It stands once for each attempt of a cluster, so it is short: an array without
/// names, the times in whole seconds after the pod was made.
/// <code>
/// [node, pod UID, Job UID, class of service, created (seconds since 1970), scheduled, initialised, started, finished, image digest]
/// </code>
/// A null is something that is not known; later members may be added at the end.
/// </summary>
internal static class PlacementFormat
{
    /// <summary>Writes it; nothing at all where there is none.</summary>
    public static void Write(Utf8JsonWriter json, AttemptPlacement? placement)
    {
        if (placement is null)
        {
            return;
        }

        var created = placement.Created?.ToUnixTimeSeconds();
        json.WriteStartArray();
        WriteText(json, placement.Node);
        WriteText(json, placement.PodUid);
        WriteText(json, placement.JobUid);
        WriteText(json, placement.Qos);
        WriteSeconds(json, created);
        foreach (var time in (DateTimeOffset?[])[placement.Scheduled, placement.Initialized, placement.Started, placement.Finished])
        {
            WriteSeconds(json, time?.ToUnixTimeSeconds() - (created ?? 0));
        }

        WriteText(json, placement.ImageDigest);
        json.WriteEndArray();
    }

    /// <summary>Reads it if it is what comes next; null if the decision ends instead, as those of a local run and of older executors do.</summary>
    public static AttemptPlacement? Read(ref Utf8JsonReader json)
    {
        var ahead = json;
        if (!ahead.Read() || ahead.TokenType == JsonTokenType.EndArray)
        {
            return null;
        }

        json = ahead;
        if (json.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException($"found {json.TokenType} where a place was expected");
        }

        var placement = new AttemptPlacement { Node = Text(ref json), PodUid = Text(ref json), JobUid = Text(ref json), Qos = Text(ref json) };
        var created = Seconds(ref json);
        placement = placement with
        {
            Created = Time(created),
            Scheduled = Time(created ?? 0, Seconds(ref json)),
            Initialized = Time(created ?? 0, Seconds(ref json)),
            Started = Time(created ?? 0, Seconds(ref json)),
            Finished = Time(created ?? 0, Seconds(ref json)),
        };
        for (var member = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; member++)
        {
            // Older executors wrote no digest.
            if (member == 0 && json.TokenType == JsonTokenType.String)
            {
                placement = placement with { ImageDigest = json.GetString() };
            }

            json.Skip();
        }

        return placement;
    }

    private static void WriteText(Utf8JsonWriter json, string? text)
    {
        if (text is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStringValue(text);
        }
    }

    private static void WriteSeconds(Utf8JsonWriter json, long? seconds)
    {
        if (seconds is { } number)
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static string? Text(ref Utf8JsonReader json) => Advance(ref json) is JsonTokenType.Null ? null
        : json.TokenType == JsonTokenType.String ? json.GetString()
        : throw new JsonException($"found {json.TokenType} where a text of a place was expected");

    private static long? Seconds(ref Utf8JsonReader json) => Advance(ref json) is JsonTokenType.Null ? null
        : json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var seconds) ? seconds
        : throw new JsonException($"found {json.TokenType} where seconds of a place were expected");

    private static JsonTokenType Advance(ref Utf8JsonReader json) =>
        json.Read() && json.TokenType != JsonTokenType.EndArray ? json.TokenType : throw new JsonException("a place ends too early");

    private static DateTimeOffset? Time(long? seconds) => Time(0, seconds);

    private static DateTimeOffset? Time(long from, long? seconds)
    {
        if (seconds is not { } after)
        {
            return null;
        }

        try
        {
            return DateTimeOffset.FromUnixTimeSeconds(checked(from + after));
        }
        catch (Exception failure) when (failure is ArgumentOutOfRangeException or OverflowException)
        {
            throw new JsonException($"{after} s is no time of a place", failure);
        }
    }
}
