using System.Text.Json.Serialization;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;

namespace Executor.Contracts;

/// <summary>The JSON form of descriptors, records and measures: camel-case names, enumerations as text, nulls left out; needs no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TaskDescriptor))]
[JsonSerializable(typeof(CommitRecord))]
[JsonSerializable(typeof(SealRecord))]
[JsonSerializable(typeof(AttemptUsage))]
[JsonSerializable(typeof(DataBinding[]))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
public sealed partial class ContractsJson : JsonSerializerContext;
