using System.Text.Json;
using System.Text.Json.Serialization;

namespace Executor.Planning;

/// <summary>
/// What a run's record <c>workflows/R</c> holds, as UTF-8 JSON: the plan, with the file that it was made from for people to look at.
/// </summary>
internal sealed record ResolvedWorkflow
{
    /// <summary>The plan.</summary>
    public required RunPlan Plan { get; init; }

    /// <summary>The workflow file's path as its user gave it.</summary>
    public required string File { get; init; }

    /// <summary>The workflow file's text.</summary>
    public required string Source { get; init; }

    /// <summary><c>metadata.labels</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary><c>metadata.annotations</c>.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>The record's bytes.</summary>
    public byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, ResolvedWorkflowJson.Default.ResolvedWorkflow);

    /// <summary>Reads a record.</summary>
    /// <exception cref="JsonException">The bytes are no such record.</exception>
    public static ResolvedWorkflow Deserialize(ReadOnlySpan<byte> record) =>
        JsonSerializer.Deserialize(record, ResolvedWorkflowJson.Default.ResolvedWorkflow)
        ?? throw new JsonException("the record of the workflow is 'null'");
}

/// <summary>
/// The JSON form of <see cref="ResolvedWorkflow"/>: camel-case names, enumerations as text, nulls left out; needs no reflection.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResolvedWorkflow))]
[JsonSerializable(typeof(List<JsonElement>))]
internal sealed partial class ResolvedWorkflowJson : JsonSerializerContext;
