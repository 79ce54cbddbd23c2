using System.Text.Json;
using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.Client;

/// <summary>The nodes, with what only nodes have.</summary>
public sealed class NodeClient : GenericClient<V1Node>
{
    /// <summary>The nodes.</summary>
    public NodeClient(KubernetesClient client)
        : base(client, KubernetesResources.Nodes, null)
    {
    }

    /// <summary>
    /// Reads through the API server what a node's kubelet has measured of the CPU and memory of its pods, of all namespaces. Needs <c>get</c> of
    /// <c>nodes/proxy</c>: that is what the API server asks for, whatever the path behind it.
    /// </summary>
    /// <param name="name">The node.</param>
    /// <param name="maxBytes">The longest answer that is taken into memory.</param>
    /// <param name="cancellationToken">Gives it up, also while the answer comes.</param>
    /// <exception cref="KubernetesException">There is no such node (404), it may not be asked (403), its kubelet is out of reach (5xx), or the answer is longer or is none.</exception>
    public async Task<NodeSummary> ReadSummaryAsync(string name, int maxBytes, CancellationToken cancellationToken = default)
    {
        var request = new ApiRequest(HttpMethod.Get, Item(name, "proxy") + "/stats/summary", "?only_cpu_and_memory=true");
        using var response = await Transport.SendAsync(request, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(maxBytes, cancellationToken);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(stream, KubernetesJsonContext.Default.NodeSummary, cancellationToken)
                ?? throw new KubernetesException($"{request}: the answer is null, expected a summary", null);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new KubernetesException($"{request}: the answer is longer than {maxBytes} bytes", e);
        }
        catch (Exception e) when (ApiTransport.IsBroken(e) || e is JsonException)
        {
            throw ApiTransport.Broken(request, e);
        }
    }
}
