using System.Text.Json.Nodes;

namespace Executor.Kubernetes.Models;

/// <summary>A change to an object, in one of the forms that the API takes.</summary>
public sealed class V1Patch
{
    /// <summary>A change of the given form.</summary>
    /// <param name="body">The change as JSON: an array for <see cref="PatchType.JsonPatch"/>, else an object.</param>
    /// <param name="type">The form.</param>
    public V1Patch(JsonNode body, PatchType type)
    {
        ArgumentNullException.ThrowIfNull(body);
        Content = body;
        Type = type;
    }

    /// <summary>The forms.</summary>
    public enum PatchType
    {
        /// <summary>RFC 6902: a list of operations; <c>test</c> makes it conditional.</summary>
        JsonPatch,

        /// <summary>RFC 7386: objects are merged, lists replaced, null removes.</summary>
        MergePatch,

        /// <summary>As a merge, but lists with merge keys are merged by element. Built-in kinds only.</summary>
        StrategicMergePatch,

        /// <summary>Server-side apply: the fields that the caller owns, all of them. Needs a field manager; creates what is missing.</summary>
        ApplyPatch,
    }

    /// <summary>The change.</summary>
    public JsonNode Content { get; }

    /// <summary>Its form.</summary>
    public PatchType Type { get; }

    internal string ContentType => Type switch
    {
        PatchType.JsonPatch => "application/json-patch+json",
        PatchType.MergePatch => "application/merge-patch+json",
        PatchType.StrategicMergePatch => "application/strategic-merge-patch+json",
        _ => "application/apply-patch+yaml",
    };
}
