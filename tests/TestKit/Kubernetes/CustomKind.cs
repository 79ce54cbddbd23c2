using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;

namespace Executor.TestKit.Kubernetes;

/// <summary>A kind that a test adds to a cluster for as long as it needs it; one that is there already is used and left alone.</summary>
public sealed class CustomKind : IAsyncDisposable
{
    private readonly GenericClient<UntypedObject> _definitions;
    private readonly string? _made;

    private CustomKind(GenericClient<UntypedObject> definitions, string? made) => (_definitions, _made) = (definitions, made);

    /// <summary>Adds a kind and waits until the server serves it.</summary>
    /// <param name="client">An administrator's client, which must outlive it.</param>
    /// <param name="definition">Its CustomResourceDefinition.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<CustomKind> AddAsync(KubernetesClient client, JsonObject definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(definition);
        var definitions = client.Resource(UntypedObject.Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions", isNamespaced: false), null);
        var name = (string)definition["metadata"]!["name"]!;
        string? made = null;
        try
        {
            await definitions.CreateAsync(definition, cancellationToken: cancellationToken);
            made = name;
        }
        catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
        {
            // Somebody has it, and keeps it.
        }

        await Poll.UntilAsync(
            async () => (await definitions.ReadAsync(name, cancellationToken)).Members?["status"]?["conditions"]?.AsArray()
                .Any(condition => (string?)condition!["type"] == "Established" && (string?)condition["status"] == "True") == true,
            TimeSpan.FromMinutes(1),
            () => $"{name} to be served",
            cancellationToken);
        return new CustomKind(definitions, made);
    }

    /// <summary>Takes the kind and all objects of it away, if this one has added it, and waits until it is gone: who adds it next must not find what is left of it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_made is not null)
            {
                await _definitions.DeleteAsync(_made, cancellationToken: CancellationToken.None);
                await Poll.UntilAsync(() => IsGoneAsync(_made), TimeSpan.FromMinutes(1), () => $"the end of {_made}", CancellationToken.None);
            }
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            // Somebody else has taken it away.
        }
    }

    private async Task<bool> IsGoneAsync(string name)
    {
        try
        {
            await _definitions.ReadAsync(name, CancellationToken.None);
            return false;
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return true;
        }
    }
}
