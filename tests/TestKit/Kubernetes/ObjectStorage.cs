using System.Globalization;
using System.Text.Json.Nodes;

namespace Executor.TestKit.Kubernetes;

/// <summary>
/// The objects, one counter of versions over all of them, and the changes since the last compaction. Stored objects are never changed in
/// place. Not thread-safe: the server's lock is around it.
/// </summary>
internal sealed class ObjectStorage
{
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Pages> _pages = [];
    private readonly List<Change> _changes = [];
    private int _tokens;

    public long Revision { get; private set; } = 1000;

    /// <summary>Versions before this one are forgotten.</summary>
    public long CompactedRevision { get; private set; }

    public List<FakeWatch> Watches { get; } = [];

    public JsonObject? Find(ResourcePath path) => _objects.GetValueOrDefault(Key(path, path.NamespaceName, path.Name!));

    public IEnumerable<JsonObject> All(ResourcePath path)
    {
        var prefix = path.NamespaceName is null ? Prefix(path) : $"{Prefix(path)}{path.NamespaceName}/";
        return _objects.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(entry => entry.Value);
    }

    public IEnumerable<(ResourcePath Path, JsonObject Item)> Everything() => _objects.Select(entry =>
    {
        var parts = entry.Key.Split('/');
        var space = parts[3].Length == 0 ? null : parts[3];
        return (new ResourcePath(parts[0], parts[1], parts[2], space, parts[4], null), entry.Value);
    });

    /// <summary>Stores a new state, or takes the object away, and tells the watches. Returns what is stored.</summary>
    public JsonObject Write(ResourcePath path, JsonObject? old, JsonObject? now)
    {
        Revision++;

        // Through text: a node made from an int would not be read as a long.
        var last = JsonNode.Parse((now ?? old!).ToJsonString())!.AsObject();
        last["metadata"]!["resourceVersion"] = Revision.ToString(CultureInfo.InvariantCulture);
        var key = Key(path, path.NamespaceName, path.Name!);
        if (now is null)
        {
            _objects.Remove(key);
        }
        else
        {
            _objects[key] = last;
        }

        var change = new Change(Revision, path, old, now is null ? null : last, last);
        _changes.Add(change);
        Watches.ForEach(watch => watch.Send(path, old, change.Now, last));
        return last;
    }

    /// <summary>Forgets the past: older versions and continue tokens answer 410 from now on.</summary>
    public void Compact()
    {
        CompactedRevision = Revision;
        _changes.Clear();
        _pages.Clear();
    }

    /// <summary>A watch from a version; what happened since then is sent at once.</summary>
    public void Open(FakeWatch watch, long? from, ResourcePath path)
    {
        if (from is null or 0)
        {
            foreach (var item in All(path))
            {
                watch.Send(path with { NamespaceName = (string?)item["metadata"]!["namespace"] }, null, item, item);
            }
        }
        else
        {
            foreach (var change in _changes.Where(change => change.Revision > from))
            {
                watch.Send(change.Path, change.Old, change.Now, change.Last);
            }
        }

        Watches.Add(watch);
    }

    /// <summary>A page of what the selector fits, as of the first page's version.</summary>
    public (IReadOnlyList<JsonObject> Items, long Revision, string? Next, int Remaining) List(
        ResourcePath path, Selector selector, int? limit, string? token)
    {
        Pages pages;
        if (string.IsNullOrEmpty(token))
        {
            pages = new Pages(Revision, [.. All(path).Where(selector.Fits)]);
        }
        else if (!_pages.Remove(token, out pages!))
        {
            throw ApiErrorException.Expired("The provided continue parameter is too old to display a consistent list result.");
        }

        if (limit is null or 0 || limit >= pages.Items.Count)
        {
            return (pages.Items, pages.Revision, null, 0);
        }

        var next = $"token-{++_tokens}";
        _pages[next] = new Pages(pages.Revision, pages.Items.GetRange(limit.Value, pages.Items.Count - limit.Value));
        return (pages.Items.GetRange(0, limit.Value), pages.Revision, next, pages.Items.Count - limit.Value);
    }

    private static string Prefix(ResourcePath path) => $"{path.Group}/{path.Version}/{path.Plural}/";

    private static string Key(ResourcePath path, string? space, string name) => $"{Prefix(path)}{space}/{name}";

    private sealed record Pages(long Revision, List<JsonObject> Items);

    private sealed record Change(long Revision, ResourcePath Path, JsonObject? Old, JsonObject? Now, JsonObject Last);
}
