using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Executor.Contracts.Descriptors;
using Executor.Planning;

namespace Executor.Cli;

/// <summary>What <c>plan</c> prints for programs.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Descriptors">
/// What the first attempt of each task's first instance would be given, by task; the run's id is <c>plan</c> and stores are left out.
/// </param>
internal sealed record PlanDocument(RunPlan Plan, IReadOnlyList<TaskDescriptor> Descriptors)
{
    /// <summary>The run's id in what is printed.</summary>
    public const string RunId = "plan";

    /// <summary>The document of a plan.</summary>
    public static PlanDocument Of(RunPlan plan)
    {
        var factory = new DescriptorFactory(plan, RunId, []);
        return new PlanDocument(
            plan,
            [.. plan.Tasks.Select((task, ordinal) => (task, ordinal)).Where(t => t.task.Instances > 0)
                .Select(t => factory.CreateFirst(t.ordinal))]);
    }

    /// <summary>The document as indented JSON, without escapes that only HTML needs.</summary>
    public string ToJson() => Indented(ToElement());

    /// <summary>A value as indented JSON, without escapes that only HTML needs.</summary>
    public static string Indented(JsonNode value) => Indented(ElementOf(value));

    /// <summary>A tree of JSON as one element.</summary>
    public static JsonElement ElementOf(JsonNode value)
    {
        using var document = JsonDocument.Parse(value.ToJsonString());
        return document.RootElement.Clone();
    }

    /// <summary>The same as YAML.</summary>
    public string ToYaml() => YamlText.Of(ToElement());

    private static string Indented(JsonElement value)
    {
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            value.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private JsonElement ToElement() => JsonSerializer.SerializeToElement(this, PlanDocumentJson.Default.PlanDocument);
}

/// <summary>The JSON form of <see cref="PlanDocument"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlanDocument))]
internal sealed partial class PlanDocumentJson : JsonSerializerContext;
