using System.Globalization;
using System.Text.Json.Nodes;

namespace Executor.TestKit.Kubernetes;

/// <summary>
/// The objects, one counter of versions over all of them, and the changes since the last compaction. Stored objects are never changed in
/// place. Not thread-safe: the server's lock is around it.
/// </summary>
internal sealed class ObjectStorage
{
    private readonly SortedDictionary<string, SortedDictionary<string, JsonObject>> _kinds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _uids = [];
    private readonly Dictionary<string, HashSet<ResourcePath>> _dependents = [];
    private readonly Queue<ResourcePath> _suspects = new();
    private readonly Dictionary<string, Pages> _pages = [];
    private readonly List<Change> _changes = [];
    private int _tokens;

    public long Revision { get; private set; } = 1000;

    /// <summary>Versions before this one are forgotten.</summary>
    public long CompactedRevision { get; private set; }

    public List<FakeWatch> Watches { get; } = [];

    public JsonObject? Find(ResourcePath path) => _kinds.GetValueOrDefault(Prefix(path))?.GetValueOrDefault(Key(path));

    public IEnumerable<JsonObject> All(ResourcePath path)
    {
        IEnumerable<KeyValuePair<string, JsonObject>> kind = _kinds.GetValueOrDefault(Prefix(path)) ?? [];
        return (path.NamespaceName is null ? kind : kind.Where(entry => entry.Key.StartsWith(path.NamespaceName + "/", StringComparison.Ordinal)))
            .Select(entry => entry.Value);
    }

    /// <summary>What has this owner, among others perhaps.</summary>
    public IReadOnlyList<ResourcePath> DependentsOf(string uid) => [.. _dependents.GetValueOrDefault(uid) ?? []];

    /// <summary>Something that had owners of which none is left and that nobody has begun to delete; null when there is no more.</summary>
    public ResourcePath? TakeGarbage()
    {
        while (_suspects.TryDequeue(out var path))
        {
            if (Find(path) is { } item && item["metadata"]!["deletionTimestamp"] is null && Owners(item) is { Count: > 0 } owners && !owners.Any(_uids.Contains))
            {
                return path;
            }
        }

        return null;
    }

    /// <summary>Stores a new state, or takes the object away, and tells the watches. Returns what is stored.</summary>
    public JsonObject Write(ResourcePath path, JsonObject? old, JsonObject? now)
    {
        Revision++;

        // Through text: a node made from an int would not be read as a long.
        var last = JsonNode.Parse((now ?? old!).ToJsonString())!.AsObject();
        last["metadata"]!["resourceVersion"] = Revision.ToString(CultureInfo.InvariantCulture);
        Index(path with { Subresource = null }, old, now is null ? null : last);

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

    private void Index(ResourcePath path, JsonObject? old, JsonObject? now)
    {
        foreach (var owner in old is null ? [] : Owners(old))
        {
            _dependents.GetValueOrDefault(owner)?.Remove(path);
        }

        if (now is null)
        {
            _kinds[Prefix(path)].Remove(Key(path));
            var uid = Uid(old!);
            _uids.Remove(uid);
            foreach (var dependent in DependentsOf(uid))
            {
                _suspects.Enqueue(dependent);
            }

            return;
        }

        if (!_kinds.TryGetValue(Prefix(path), out var kind))
        {
            _kinds[Prefix(path)] = kind = new(StringComparer.Ordinal);
        }

        kind[Key(path)] = now;
        _uids.Add(Uid(now));
        foreach (var owner in Owners(now))
        {
            if (!_dependents.TryGetValue(owner, out var dependents))
            {
                _dependents[owner] = dependents = [];
            }

            dependents.Add(path);
            _suspects.Enqueue(path);
        }
    }

    private static string Uid(JsonObject item) => (string)item["metadata"]!["uid"]!;

    private static List<string> Owners(JsonObject item) =>
        item["metadata"]!["ownerReferences"] is JsonArray owners ? [.. owners.Select(owner => (string)owner!["uid"]!)] : [];

    private static string Prefix(ResourcePath path) => $"{path.Group}/{path.Version}/{path.Plural}/";

    private static string Key(ResourcePath path) => $"{path.NamespaceName}/{path.Name}";

    private sealed record Pages(long Revision, List<JsonObject> Items);

    private sealed record Change(long Revision, ResourcePath Path, JsonObject? Old, JsonObject? Now, JsonObject Last);
}
