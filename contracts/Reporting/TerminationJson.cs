using System.Text.Json.Serialization;

namespace Executor.Contracts.Reporting;

/// <summary>The JSON form of a termination report.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TerminationReport))]
internal sealed partial class TerminationJson : JsonSerializerContext;
