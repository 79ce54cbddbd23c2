using System.Globalization;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Shuffle.Channel;

namespace Executor.Cluster.Diagnosis;

/// <summary>Looks at the namespace's shuffle store: whether it answers, where it keeps its data, and which version it is.</summary>
internal sealed class StoreFindings(ClusterConnection cluster, ClusterOptions options, TimeProvider time)
{
    private const string DataVolume = "data";

    /// <summary>Whether it answers, to the key, from its folder or its bucket.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="KubernetesException">The server refuses.</exception>
    /// <exception cref="ClusterException">There is no way to the store.</exception>
    public async Task<Finding> AnswerAsync(CancellationToken cancellationToken)
    {
        const string Subject = "store";
        if (options.Store is null && !await ClusterStore.IsThereAsync(cluster, options.StoreService, cancellationToken))
        {
            return new Finding(
                Subject,
                FindingGrade.Warning,
                $"there is no Service {options.StoreService}",
                "install the chart, or name a store with --store; `executor run` starts one for trying where it may");
        }

        await using var store = await ClusterStore.ConnectAsync(cluster, options, cancellationToken);
        var begun = time.GetTimestamp();
        var runs = 0;
        try
        {
            // A listing goes through the store to its folder or its bucket.
            await foreach (var _ in store.Records.ListRunsAsync(cancellationToken))
            {
                runs++;
            }
        }
        catch (Exception failure) when (failure is ShuffleException or ClusterException or IOException)
        {
            var trouble = options.Store is null ? await StorePods.TroubleAsync(cluster, cancellationToken) : null;
            return new Finding(Subject, FindingGrade.Problem, failure.Message, trouble);
        }

        var way = cluster.IsInside || options.Store is not null ? "directly" : "through the API server";
        return new Finding(
            Subject,
            FindingGrade.Good,
            $"{store.Addresses[^1]} answers {way} in {time.GetElapsedTime(begun).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms and takes the key; it holds {runs} runs");
    }

    /// <summary>
    /// Where it keeps its data, and whether it is of the version that runs from here take their images of, by what one of its pods was started with; nothing for
    /// a store that runs elsewhere, or whose pods cannot be read, which is said where it is asked.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<Finding>> OfPodAsync(CancellationToken cancellationToken)
    {
        try
        {
            return options.Store is null && await StorePods.FindAsync(cluster, cancellationToken) is [var pod, ..] ? [DataOf(pod), VersionOf(pod)] : [];
        }
        catch (KubernetesException)
        {
            return [];
        }
    }

    private static Finding DataOf(V1Pod pod)
    {
        const string Subject = "store's data";
        if (ArgumentOf(pod, "--s3-bucket") is { } bucket)
        {
            return new Finding(Subject, FindingGrade.Good, $"in the bucket {bucket} of {ArgumentOf(pod, "--s3-endpoint") ?? "AWS"}");
        }

        var volume = pod.Spec?.Volumes?.FirstOrDefault(volume => volume.Name == DataVolume);
        return volume switch
        {
            { PersistentVolumeClaim.ClaimName: { } claim } => new Finding(Subject, FindingGrade.Good, $"in the volume claim {claim}"),
            { EmptyDir: not null } => new Finding(
                Subject,
                FindingGrade.Note,
                $"ephemeral: it is gone with pod {pod.Metadata.Name}, and runs then do again what they had done",
                "for more than trying have the chart installed with a volume claim (store.persistence) or a bucket (store.s3)"),
            _ => new Finding(Subject, FindingGrade.Note, $"neither in a bucket nor in a volume that is known here: see kubectl -n {pod.Metadata.NamespaceProperty} get pod {pod.Metadata.Name} -o yaml"),
        };
    }

    private Finding VersionOf(V1Pod pod)
    {
        const string Subject = "versions";
        var standing = pod.Spec?.Containers?.FirstOrDefault()?.Image ?? "";
        return TagOf(standing) is { } tag && TagOf(options.Images.Store) is { } wanted && tag != wanted
            ? new Finding(
                Subject,
                FindingGrade.Note,
                $"the store runs {standing}, and runs from here take images tagged {wanted}",
                "the parts are tried together at one version only: upgrade the older, or name the images with EXECUTOR_IMAGE_TAG")
            : new Finding(Subject, FindingGrade.Good, $"the store runs {standing}");
    }

    private static string? ArgumentOf(V1Pod pod, string option)
    {
        var arguments = pod.Spec?.Containers?.FirstOrDefault()?.Args ?? [];
        return arguments.FirstOrDefault(argument => argument.StartsWith($"{option}=", StringComparison.Ordinal))?[(option.Length + 1)..];
    }

    // A digest says nothing of a version.
    private static string? TagOf(string image) => image[(image.LastIndexOf('/') + 1)..].Split(':', '@') is [_, var tag] && !image.Contains('@', StringComparison.Ordinal) ? tag : null;
}
