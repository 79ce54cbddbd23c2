using System.Text.Json.Serialization;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;

namespace Executor.Contracts;

/// <summary>
/// The JSON form of descriptors, records and measures: camel-case names, enumerations as text, nulls left out; needs no reflection. Reading
/// refuses what lacks a required member, or has null where none may be; a list or a map that is left out is empty.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TaskDescriptor))]
[JsonSerializable(typeof(CommitRecord))]
[JsonSerializable(typeof(SealRecord))]
[JsonSerializable(typeof(AttemptUsage))]
[JsonSerializable(typeof(DataBinding[]))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
public sealed partial class ContractsJson : JsonSerializerContext;
