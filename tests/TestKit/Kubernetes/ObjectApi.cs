using System.Globalization;
using System.Text.Json.Nodes;

namespace Executor.TestKit.Kubernetes;

/// <summary>
/// The verbs on objects. Not thread-safe: the server's lock is around it. Garbage collection happens within the request that causes it, and a
/// foreground deletion is a background one.
/// </summary>
internal sealed class ObjectApi(ObjectStorage storage, FakeApiOptions options)
{
    private readonly ObjectRules _rules = new(options);

    public JsonObject Create(ResourcePath path, JsonObject body, bool dryRun, string? manager)
    {
        var item = _rules.ForCreate(path, body, manager);
        var name = (string)item["metadata"]!["name"]!;
        path = path with { Name = name };
        if (storage.Find(path) is not null)
        {
            throw ApiErrorException.AlreadyExists(path, name);
        }

        CheckNamespace(path);
        if (path.Plural == "pods")
        {
            LimitRangeRules.Check(path, item, storage.All(new ResourcePath("", "v1", "limitranges", path.NamespaceName, null, null)));
        }

        CheckQuota(path);
        if (dryRun)
        {
            return item;
        }

        var stored = storage.Write(path, null, item);
        CollectGarbage();
        return stored;
    }

    public JsonObject Read(ResourcePath path) => storage.Find(path) ?? throw ApiErrorException.NotFound(path);

    public JsonObject Update(ResourcePath path, JsonObject body, bool dryRun)
    {
        var old = Read(path);
        var item = _rules.ForUpdate(path, old, body);
        if (dryRun || JsonNode.DeepEquals(old, item))
        {
            return item;
        }

        return HasGone(item) ? storage.Write(path, item, null) : storage.Write(path, old, item);
    }

    public JsonObject Patch(ResourcePath path, JsonNode patch, string? contentType, bool dryRun, string? manager)
    {
        var isApply = contentType == "application/apply-patch+yaml";
        if (isApply && string.IsNullOrEmpty(manager))
        {
            throw ApiErrorException.BadRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
        }

        if (isApply && storage.Find(path) is null)
        {
            return Create(path, patch.AsObject(), dryRun, manager);
        }

        return Update(path, Patching.Apply(Read(path), patch, contentType), dryRun);
    }

    /// <summary>Deletes; returns the object where it stays for now, else a Status of success.</summary>
    public JsonObject Delete(ResourcePath path, JsonObject? deleteOptions)
    {
        var item = Read(path);
        var metadata = item["metadata"]!.AsObject();
        Require(path, deleteOptions, "uid", "UID", metadata);
        Require(path, deleteOptions, "resourceVersion", "ResourceVersion", metadata);
        var policy = (string?)deleteOptions?["propagationPolicy"] ?? (path.Plural == "jobs" ? "Orphan" : "Background");
        var grace = (long?)deleteOptions?["gracePeriodSeconds"] ?? DefaultGrace(path, item);
        if (policy == "Orphan")
        {
            Orphan((string)metadata["uid"]!);
        }

        // A pod that a node has is taken away by its kubelet, when its containers are gone or with a grace of 0.
        var waitsForKubelet = path.Plural == "pods" && grace > 0 && item["spec"]?["nodeName"] is not null
            && (string?)item["status"]?["phase"] is not ("Succeeded" or "Failed");
        if (waitsForKubelet || metadata["finalizers"] is JsonArray { Count: > 0 })
        {
            if (metadata["deletionTimestamp"] is not null)
            {
                return item;
            }

            var marked = item.DeepClone().AsObject();
            marked["metadata"]!["deletionTimestamp"] = _rules.Time();
            marked["metadata"]!["deletionGracePeriodSeconds"] = waitsForKubelet ? grace : 0;
            return storage.Write(path, item, marked);
        }

        storage.Write(path, item, null);
        CollectGarbage();
        return new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = new JsonObject { ["name"] = path.Name, ["kind"] = path.Plural, ["uid"] = (string?)metadata["uid"] },
        };
    }

    public void DeleteCollection(ResourcePath path, Selector selector, JsonObject? deleteOptions)
    {
        foreach (var item in storage.All(path).Where(selector.Fits).ToList())
        {
            var found = path with { NamespaceName = (string?)item["metadata"]!["namespace"], Name = (string)item["metadata"]!["name"]! };
            if (storage.Find(found) is not null)
            {
                Delete(found, deleteOptions);
            }
        }
    }

    /// <summary>Changes an object as a component inside the cluster does: any part of it, without checks. Returns what is stored.</summary>
    public JsonObject Mutate(ResourcePath path, Action<JsonObject> change)
    {
        var old = Read(path);
        var item = old.DeepClone().AsObject();
        change(item);
        return HasGone(item) ? storage.Write(path, item, null) : storage.Write(path, old, item);
    }

    private static bool HasGone(JsonObject item) =>
        item["metadata"]!["deletionTimestamp"] is not null
        && item["metadata"]!["finalizers"] is not JsonArray { Count: > 0 }
        && (long?)item["metadata"]!["deletionGracePeriodSeconds"] is 0;

    private static long DefaultGrace(ResourcePath path, JsonObject item) =>
        path.Plural == "pods" ? (long?)item["spec"]?["terminationGracePeriodSeconds"] ?? 30 : 0;

    private static void Require(ResourcePath path, JsonObject? deleteOptions, string field, string title, JsonObject metadata)
    {
        if ((string?)deleteOptions?["preconditions"]?[field] is { } wanted && wanted != (string?)metadata[field])
        {
            throw ApiErrorException.Conflict(
                path, $"Precondition failed: {title} in precondition: {wanted}, {title} in object meta: {metadata[field]}");
        }
    }

    // A test need not create the namespaces that it uses; one that it did create and that is being deleted takes nothing more.
    private void CheckNamespace(ResourcePath path)
    {
        if (path.NamespaceName is { } space
            && storage.Find(new ResourcePath("", "v1", "namespaces", null, space, null))?["metadata"]?["deletionTimestamp"] is not null)
        {
            throw ApiErrorException.NamespaceTerminating(path);
        }
    }

    private void CheckQuota(ResourcePath path)
    {
        if (path.NamespaceName is { } space && options.Quotas.TryGetValue((space, path.Qualified), out var most))
        {
            var used = storage.All(path with { Name = null }).Count();
            if (used >= most)
            {
                var name = "count/" + path.Qualified;
                throw ApiErrorException.Forbidden(path, string.Create(
                    CultureInfo.InvariantCulture, $"exceeded quota: test, requested: {name}=1, used: {name}={used}, limited: {name}={most}"));
            }
        }
    }

    private void Orphan(string uid)
    {
        foreach (var path in storage.DependentsOf(uid))
        {
            Mutate(path, orphan =>
            {
                var owners = orphan["metadata"]!["ownerReferences"]!.AsArray();
                owners.RemoveAll(owner => (string?)owner!["uid"] == uid);
            });
        }
    }

    /// <summary>Deletes what has owners of which none is left, until there is no more such object.</summary>
    private void CollectGarbage()
    {
        while (storage.TakeGarbage() is { } garbage)
        {
            Delete(garbage, new JsonObject { ["propagationPolicy"] = "Background" });
        }
    }
}
