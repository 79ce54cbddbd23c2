using System.Text.Json.Serialization;

namespace Executor.Contracts.Bundles;

/// <summary>The JSON form of a manifest. What it writes is hashed: a change here gives every bundle another name.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BundleManifest))]
internal sealed partial class BundleJson : JsonSerializerContext;
