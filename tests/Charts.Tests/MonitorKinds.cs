using System.Text.Json.Nodes;

namespace Charts.Tests;

/// <summary>
/// The kinds of the Prometheus operator (monitoring.coreos.com/v1), with the fields that say what is scraped, and where and how often. A server drops whatever is not among them.
/// </summary>
internal static class MonitorKinds
{
    private const string Selector = """
        {"type": "object", "properties": {
         "matchLabels": {"type": "object", "additionalProperties": {"type": "string"}},
         "matchExpressions": {"type": "array", "items": {"type": "object", "required": ["key", "operator"], "properties": {
          "key": {"type": "string"}, "operator": {"type": "string"}, "values": {"type": "array", "items": {"type": "string"}}}}}}}
        """;

    private const string Endpoint = """
        {"type": "object", "properties": {
         "port": {"type": "string"}, "path": {"type": "string"}, "scheme": {"type": "string"}, "interval": DURATION, "scrapeTimeout": DURATION,
         "honorLabels": {"type": "boolean"}, "honorTimestamps": {"type": "boolean"}}}
        """;

    private const string Duration =
        """{"type": "string", "pattern": "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$"}""";

    /// <summary>What selects services.</summary>
    public static JsonObject ServiceMonitor { get; } = Definition("ServiceMonitor", "endpoints");

    /// <summary>What selects pods.</summary>
    public static JsonObject PodMonitor { get; } = Definition("PodMonitor", "podMetricsEndpoints");

    private static JsonObject Definition(string kind, string endpoints)
    {
        var singular = kind.ToLowerInvariant();
        return JsonNode.Parse($$$$"""
            {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "{{{{singular}}}}s.monitoring.coreos.com"},
             "spec": {"group": "monitoring.coreos.com", "scope": "Namespaced",
              "names": {"kind": "{{{{kind}}}}", "listKind": "{{{{kind}}}}List", "plural": "{{{{singular}}}}s", "singular": "{{{{singular}}}}"},
              "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object", "required": ["spec"], "properties": {
               "spec": {"type": "object", "required": ["selector", "{{{{endpoints}}}}"], "properties": {
                "selector": {{{{Selector}}}},
                "namespaceSelector": {"type": "object", "properties": {"any": {"type": "boolean"}, "matchNames": {"type": "array", "items": {"type": "string"}} } },
                "jobLabel": {"type": "string"},
                "{{{{endpoints}}}}": {"type": "array", "items": {{{{Endpoint.Replace("DURATION", Duration, StringComparison.Ordinal)}}}}} } } } } } }] } }
            """)!.AsObject();
    }
}
