using System.Buffers;
using System.Text.Json;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.Watching;

/// <summary>Reads one line of a watch: <c>{"type":"ADDED","object":{...}}</c>, the members in either order.</summary>
internal static class WatchEventParser
{
    /// <exception cref="JsonException">The line is no event.</exception>
    /// <exception cref="KubernetesException">The line is an ERROR event.</exception>
    public static WatchEvent<T> Parse<T>(in ReadOnlySequence<byte> line, KubernetesResource<T> resource, string request)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var reader = new Utf8JsonReader(line);
        var body = default(Utf8JsonReader);
        string? type = null;
        var hasBody = false;
        Require(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = Name(ref reader);
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                hasBody = true;
                body = reader;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        Require(hasBody);
        return type switch
        {
            "ADDED" => Event(WatchEventType.Added, ref body, resource),
            "MODIFIED" => Event(WatchEventType.Modified, ref body, resource),
            "DELETED" => Event(WatchEventType.Deleted, ref body, resource),
            "BOOKMARK" => new WatchEvent<T>(WatchEventType.Bookmark, null, Event(WatchEventType.Bookmark, ref body, resource).ResourceVersion),
            "ERROR" => throw Failure(ref body, request),
            _ => throw new JsonException($"found an event of the type '{type}', expected ADDED, MODIFIED, DELETED, BOOKMARK or ERROR"),
        };
    }

    // The names that come with each event are not made anew for each.
    private static string? Name(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("ADDED"u8) ? "ADDED"
        : reader.ValueTextEquals("MODIFIED"u8) ? "MODIFIED"
        : reader.ValueTextEquals("DELETED"u8) ? "DELETED"
        : reader.ValueTextEquals("BOOKMARK"u8) ? "BOOKMARK"
        : reader.GetString();

    private static WatchEvent<T> Event<T>(WatchEventType type, ref Utf8JsonReader body, KubernetesResource<T> resource)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var value = JsonSerializer.Deserialize(ref body, resource.TypeInfo) ?? throw new JsonException("found an event with a null object");
        return new WatchEvent<T>(type, value, value.Metadata.ResourceVersion);
    }

    private static KubernetesException Failure(ref Utf8JsonReader body, string request)
    {
        var status = JsonSerializer.Deserialize(ref body, KubernetesJsonContext.Default.V1Status) ?? new V1Status();
        return new KubernetesException(status, request);
    }

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new JsonException("found no event, expected an object with type and object");
        }
    }
}
