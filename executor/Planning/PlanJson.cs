using System.Text.Json.Serialization;

namespace Executor.Planning;

/// <summary>The JSON form of plans: camel-case names, enumerations as text, nulls left out; needs no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResolvedWorkflow))]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(TaskDefinitionForm))]
[JsonSerializable(typeof(InstanceDefinitionForm))]
internal sealed partial class PlanJson : JsonSerializerContext;
