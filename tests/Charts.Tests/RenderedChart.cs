using System.Text.Json.Nodes;
using Executor.TestKit.Charts;

namespace Charts.Tests;

/// <summary>The objects that a rendering gave.</summary>
internal sealed class RenderedChart
{
    private RenderedChart(string text)
    {
        Text = text;
        Objects = YamlDocuments.Parse(text);
    }

    /// <summary>The rendered text, as kubectl takes it.</summary>
    public string Text { get; }

    public IReadOnlyList<JsonObject> Objects { get; }

    /// <summary>The templates of all pods, by the name of the object that makes them.</summary>
    public IEnumerable<(string Owner, JsonObject Template)> PodTemplates => Objects
        .Where(item => item["spec"]?["template"]?["spec"] is not null)
        .Select(item => (NameOf(item), item["spec"]!["template"]!.AsObject()));

    public static async Task<RenderedChart> OfAsync(ChartRequest request)
    {
        var result = await Chart.RenderAsync(request, TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.ToString());
        return new RenderedChart(result.Output);
    }

    /// <summary>The complaint of a rendering that must fail.</summary>
    public static async Task<string> ErrorOfAsync(ChartRequest request)
    {
        var result = await Chart.RenderAsync(request, TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode != 0, result.ToString());
        return result.Error;
    }

    public static string NameOf(JsonObject item) => item["metadata"]!["name"]!.GetValue<string>();

    public JsonObject? Find(string kind, string name) =>
        Objects.SingleOrDefault(item => item["kind"]!.GetValue<string>() == kind && NameOf(item) == name);

    public JsonObject Get(string kind, string name)
    {
        var item = Find(kind, name);
        Assert.True(item is not null, $"no {kind} {name} in\n{Text}");
        return item;
    }

    public static IEnumerable<JsonObject> ContainersOf(JsonObject podTemplate) =>
        new[] { "initContainers", "containers" }.SelectMany(list => podTemplate["spec"]![list]?.AsArray() ?? []).Select(item => item!.AsObject());

    public static IReadOnlyList<string> TextsOf(JsonNode? array) => [.. (array?.AsArray() ?? []).Select(item => item!.GetValue<string>())];

    /// <summary>Whether an object with these labels is selected.</summary>
    public static bool Selects(JsonNode? selector, JsonNode? labels) =>
        selector!.AsObject().Count > 0 && selector.AsObject().All(pair => JsonNode.DeepEquals(pair.Value, labels![pair.Key]));
}
