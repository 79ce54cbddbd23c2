using System.Text.Json.Nodes;

namespace Executor.TestKit.Kubernetes;

/// <summary>A request as the fake API server got it.</summary>
public sealed record FakeRequest(
    string Method,
    string Path,
    IReadOnlyDictionary<string, string> Query,
    IReadOnlyDictionary<string, string> Headers,
    string Protocol,
    JsonNode? Body)
{
    public bool IsWatch => Query.GetValueOrDefault("watch") == "true";
}
