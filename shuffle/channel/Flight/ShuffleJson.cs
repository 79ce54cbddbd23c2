using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Executor.Contracts.Records;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>The JSON form of what travels over Flight: camel-case names, nulls left out, nothing missing and nothing null that must be there.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(WriteTarget))]
[JsonSerializable(typeof(CommitRecord))]
[JsonSerializable(typeof(CommitAnswer))]
[JsonSerializable(typeof(SealRequest))]
[JsonSerializable(typeof(SealId))]
[JsonSerializable(typeof(SealRecord))]
[JsonSerializable(typeof(RecordCommand))]
[JsonSerializable(typeof(RunCommand))]
[JsonSerializable(typeof(RunEntry))]
[JsonSerializable(typeof(RunStatistics))]
[JsonSerializable(typeof(RequestCounts))]
[JsonSerializable(typeof(RunUsage))]
[JsonSerializable(typeof(VerifyReport))]
[JsonSerializable(typeof(ReadCommand))]
[JsonSerializable(typeof(PutAcknowledgement))]
public sealed partial class ShuffleJson : JsonSerializerContext
{
    /// <summary>Reads what a peer sent.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>: it is not what was expected.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");
        }
        catch (JsonException exception)
        {
            throw new ShuffleException(ShuffleError.Invalid, $"expected the JSON of {typeof(T).Name}: {exception.Message}", exception);
        }
    }
}
