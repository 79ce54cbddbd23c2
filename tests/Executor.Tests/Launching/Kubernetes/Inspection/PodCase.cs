using System.Text.Json;
using System.Text.Json.Serialization;
using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Inspection;
using Executor.TestKit;

namespace Executor.Tests.Launching.Kubernetes.Inspection;

/// <summary>One file of the folder <c>Pods</c>, whose README says how they are written.</summary>
internal sealed record PodCase
{
    public static readonly DateTimeOffset FirstSeen = new(2026, 11, 25, 19, 0, 0, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public required string Source { get; init; }

    public bool Gone { get; init; }

    public string? LargestNodeCpu { get; init; }

    public string? LargestNodeMemory { get; init; }

    public required IReadOnlyList<ExpectedInspection> Expected { get; init; }

    public required JsonElement Pod { get; init; }

    public IReadOnlyList<JsonElement> Events { get; init; } = [];

    [JsonIgnore]
    public string Name { get; private init; } = "";

    public static IEnumerable<string> Names() =>
        Directory.GetFiles(Repository.PathOf("tests", "Executor.Tests", "Launching", "Kubernetes", "Inspection", "Pods"), "*.json")
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal);

    public static PodCase Read(string name)
    {
        var file = Repository.PathOf("tests", "Executor.Tests", "Launching", "Kubernetes", "Inspection", "Pods", name + ".json");
        return JsonSerializer.Deserialize<PodCase>(File.ReadAllBytes(file), Options)! with { Name = name };
    }

    public PodSight Sight() => SightOf(Pod.GetRawText());

    /// <summary>The case's sight of another pod, that of a changed text.</summary>
    public PodSight SightOf(string podJson) => new()
    {
        Pod = KubernetesJson.Deserialize(System.Text.Encoding.UTF8.GetBytes(podJson), KubernetesResources.Pods),
        TaskContainer = "task",
        RunnerContainer = "inject-runner",
        Rules = new PendingRules(),
        LargestNode = LargestNodeCpu is null ? null : new NodeSize(LargestNodeCpu, LargestNodeMemory!),
        FirstSeen = FirstSeen,
        Now = FirstSeen,
    };

    public IReadOnlyList<Corev1Event> ReadEvents() =>
        [.. Events.Select(e => KubernetesJson.Deserialize(System.Text.Encoding.UTF8.GetBytes(e.GetRawText()), KubernetesResources.Events))];

    public override string ToString() => Name;
}

/// <summary>One inspection of the case's pod, after those before it.</summary>
internal sealed record ExpectedInspection
{
    /// <summary>Seconds since the pod was first seen.</summary>
    public double After { get; init; }

    /// <summary>True if the case's events are at hand.</summary>
    public bool EventsRead { get; init; }

    /// <summary>See <see cref="VerdictOf"/>.</summary>
    public required string Verdict { get; init; }

    /// <summary>The cause and the charge that follow where no commit stands.</summary>
    public string? Outcome { get; init; }

    /// <summary>A part of what is said, of the reason or of what is waited for.</summary>
    public string? Says { get; init; }

    /// <summary>An inspection in one line.</summary>
    public static string VerdictOf(PodInspection inspection)
    {
        var facts = inspection.Facts;
        IEnumerable<string?> words =
        [
            inspection.GiveUp ? "GiveUp" : inspection.Phase.ToString(),
            inspection.WantsEvents ? "WantsEvents" : null,
            facts.ExitCode is { } exit ? $"exit={exit}" : null,
            facts.Signal is { } signal ? $"signal={signal}" : null,
            facts.OutOfMemory ? "OutOfMemory" : null,
            facts.Platform?.Cause.ToString(),
        ];
        return string.Join(' ', words.Where(word => word is not null));
    }
}
