using System.Globalization;
using System.Text.Json;
using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.Client;

/// <summary>The pods, with what only pods have.</summary>
public sealed class PodClient : GenericClient<V1Pod>
{
    /// <summary>The pods of a namespace; null for all.</summary>
    public PodClient(KubernetesClient client, string? namespaceName)
        : base(client, KubernetesResources.Pods, namespaceName)
    {
    }

    /// <summary>
    /// Reads a container's log. The stream brings bytes as the container writes them and ends with the container, or now unless the log is followed;
    /// a broken connection shows as an <see cref="IOException"/>. Disposing of the stream ends the request.
    /// </summary>
    /// <exception cref="KubernetesException">There is no such pod (404), or its container has not started (400).</exception>
    public async Task<Stream> ReadLogAsync(string name, PodLogOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PodLogOptions();
        var since = options.SinceTime?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        var query = new QueryString()
            .Add("container", options.Container)
            .AddFlag("follow", options.Follow)
            .AddFlag("previous", options.Previous)
            .AddFlag("timestamps", options.Timestamps)
            .Add("sinceTime", since)
            .Add("tailLines", options.TailLines)
            .Add("limitBytes", options.LimitBytes);
        var response = await Transport.SendAsync(new ApiRequest(HttpMethod.Get, Item(name, "log"), query.ToString()), cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    /// <summary>
    /// Asks to delete a pod where its disruption budgets allow that, in the version of the API that the server has: <c>policy/v1</c> since 1.22.
    /// </summary>
    /// <exception cref="KubernetesException">A budget does not allow it now (<see cref="KubernetesException.IsTooManyRequests"/>).</exception>
    public async Task EvictAsync(string name, V1DeleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        var version = await Client.GetVersionAsync(cancellationToken);
        var eviction = new V1Eviction
        {
            ApiVersion = version.IsAtLeast(1, 22) ? "policy/v1" : "policy/v1beta1",
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = NamespaceName },
            DeleteOptions = options,
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(eviction, KubernetesJsonContext.Default.V1Eviction);
        await Transport.SendForBytesAsync(new ApiRequest(HttpMethod.Post, Item(name, "eviction"), Body: body), cancellationToken);
    }
}
