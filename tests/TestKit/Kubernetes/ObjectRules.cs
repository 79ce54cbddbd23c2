using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Executor.TestKit.Kubernetes;

/// <summary>What the server makes of an object that is written: checks, defaults, fields that its version does not know.</summary>
internal sealed partial class ObjectRules(FakeApiOptions options)
{
    private const int MaxNameLength = 253;
    private const int MaxLabelLength = 63;
    private static readonly string[] KindsWithStatus = ["pods", "jobs", "nodes", "resourcequotas", "deployments", "persistentvolumeclaims"];
    private int _generated;

    public static bool HasStatus(ResourcePath path) => KindsWithStatus.Contains(path.Plural);

    /// <summary>The object as a create stores it.</summary>
    public JsonObject ForCreate(ResourcePath path, JsonObject body, string? manager)
    {
        var item = body.DeepClone().AsObject();
        CheckKind(path, item);
        var metadata = item["metadata"] as JsonObject ?? [];
        item["metadata"] = metadata;
        if ((string?)metadata["name"] is null && (string?)metadata["generateName"] is { } prefix)
        {
            metadata["name"] = prefix + (++_generated).ToString("x5", CultureInfo.InvariantCulture);
        }

        var named = path with { Name = (string?)metadata["name"] };
        Check(named, metadata);
        if (path.NamespaceName is not null)
        {
            metadata["namespace"] = path.NamespaceName;
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Time();
        metadata["generation"] = 1;
        metadata.Remove("resourceVersion");
        metadata.Remove("deletionTimestamp");
        SetManagedFields(metadata, manager);
        if (HasStatus(path))
        {
            item["status"] = path.Plural == "pods" ? new JsonObject { ["phase"] = "Pending" } : [];
        }

        if (path.Plural == "jobs" && item["spec"] is JsonObject spec)
        {
            SetJobDefaults(named, spec, (string)metadata["uid"]!);
        }

        return item;
    }

    /// <summary>The object as an update stores it: metadata and status are the server's, or all but the status.</summary>
    public JsonObject ForUpdate(ResourcePath path, JsonObject old, JsonObject body)
    {
        var item = body.DeepClone().AsObject();
        CheckKind(path, item);
        var metadata = item["metadata"] as JsonObject ?? [];
        var oldMetadata = old["metadata"]!.AsObject();
        item["metadata"] = metadata;
        if ((string?)metadata["resourceVersion"] is { Length: > 0 } version && version != (string?)oldMetadata["resourceVersion"])
        {
            throw ApiErrorException.Conflict(path, "the object has been modified; please apply your changes to the latest version and try again");
        }

        if ((string?)metadata["uid"] is { } uid && uid != (string?)oldMetadata["uid"])
        {
            throw ApiErrorException.Conflict(
                path, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {oldMetadata["uid"]}");
        }

        if (path.Subresource == "status")
        {
            var status = item["status"]?.DeepClone();
            item = old.DeepClone().AsObject();
            item["status"] = status;
            if (path.Plural == "jobs" && options.IsAtLeast(1, 32))
            {
                JobStatusRules.Check(path, old, item);
            }

            return item;
        }

        foreach (var name in new[] { "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields" })
        {
            metadata[name] = oldMetadata[name]?.DeepClone();
            if (metadata[name] is null)
            {
                metadata.Remove(name);
            }
        }

        Check(path, metadata);
        if (HasStatus(path))
        {
            item["status"] = old["status"]?.DeepClone();
        }

        if (path.Plural == "jobs" && (string?)item["spec"]?["managedBy"] != (string?)old["spec"]?["managedBy"])
        {
            throw ApiErrorException.Invalid(path, "spec.managedBy", "field is immutable");
        }

        metadata["resourceVersion"] = (string?)oldMetadata["resourceVersion"];
        metadata["generation"] = (long)oldMetadata["generation"]! + (JsonNode.DeepEquals(item["spec"], old["spec"]) ? 0 : 1);
        return item;
    }

    public string Time() => options.TimeProvider.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void CheckKind(ResourcePath path, JsonObject item)
    {
        if ((string?)item["apiVersion"] != path.ApiVersion || string.IsNullOrEmpty((string?)item["kind"]))
        {
            throw ApiErrorException.BadRequest(
                $"the API version in the data ({item["apiVersion"]}, kind {item["kind"]}) does not match the expected API version ({path.ApiVersion})");
        }
    }

    private static void Check(ResourcePath path, JsonObject metadata)
    {
        if (path.Name is null)
        {
            throw ApiErrorException.Invalid(path with { Name = "" }, "metadata.name", "Required value: name or generateName is required");
        }

        if (path.Name.Length > MaxNameLength || !DnsSubdomain().IsMatch(path.Name))
        {
            throw ApiErrorException.Invalid(path, "metadata.name", $"Invalid value: \"{path.Name}\": a lowercase RFC 1123 subdomain must consist of ...");
        }

        if ((string?)metadata["namespace"] is { } space && path.NamespaceName is not null && space != path.NamespaceName)
        {
            throw ApiErrorException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        foreach (var (key, value) in metadata["labels"] as JsonObject ?? [])
        {
            if (((string?)value ?? "").Length > MaxLabelLength || !LabelValue().IsMatch((string?)value ?? ""))
            {
                throw ApiErrorException.Invalid(path, "metadata.labels", $"Invalid value: \"{value}\" of {key}: must be no more than 63 characters ...");
            }
        }
    }

    private static void SetManagedFields(JsonObject metadata, string? manager) => metadata["managedFields"] = new JsonArray(new JsonObject
    {
        ["manager"] = manager ?? "unknown",
        ["operation"] = "Update",
        ["fieldsType"] = "FieldsV1",
        ["fieldsV1"] = new JsonObject { ["f:spec"] = new JsonObject() },
    });

    private void SetJobDefaults(ResourcePath path, JsonObject spec, string uid)
    {
        spec["backoffLimit"] ??= 6;
        spec["parallelism"] ??= 1;
        spec["completions"] ??= 1;
        spec["suspend"] ??= false;
        if (!options.IsAtLeast(1, 32))
        {
            spec.Remove("managedBy");
        }
        else if ((string?)spec["managedBy"] is { } manager && (manager.Length > MaxLabelLength || !ManagerName().IsMatch(manager)))
        {
            throw ApiErrorException.Invalid(
                path, "spec.managedBy", $"Invalid value: \"{manager}\": must be a domain-prefixed path (such as \"acme.io/foo\") of at most {MaxLabelLength} characters");
        }

        // The real server selects a Job's pods by its UID.
        spec["selector"] ??= new JsonObject { ["matchLabels"] = new JsonObject { ["controller-uid"] = uid } };
    }

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")]
    private static partial Regex DnsSubdomain();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?/[\w.~!$&'()*+,;=:@%/-]+$")]
    private static partial Regex ManagerName();

    [GeneratedRegex(@"^([A-Za-z0-9]([\w.-]*[A-Za-z0-9])?)?$")]
    private static partial Regex LabelValue();
}
