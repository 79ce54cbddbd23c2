using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Kubernetes.Watching;

namespace Executor.TestKit.Kubernetes;

/// <summary>A namespace that one test has for itself.</summary>
public sealed class TestNamespace : IAsyncDisposable
{
    private const string ServiceAccount = "default";

    private TestNamespace(KubernetesClient client, string name)
    {
        Client = client;
        Name = name;
    }

    /// <summary>The client that made it, which must outlive it.</summary>
    public KubernetesClient Client { get; }

    /// <summary>Its name, which no other has.</summary>
    public string Name { get; }

    /// <summary>Makes it, and waits for the service account without which it takes no pods.</summary>
    public static async Task<TestNamespace> CreateAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var made = new TestNamespace(client, $"executor-test-{Guid.NewGuid():N}"[..26]);
        await client.Namespaces.CreateAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = made.Name } }, cancellationToken: cancellationToken);
        try
        {
            // Servers before 1.24 mount a token only once its secret is named in the account.
            var needsSecret = !(await client.GetVersionAsync(cancellationToken)).IsAtLeast(1, 24);
            var accounts = client.Resource(UntypedObject.Resource("", "v1", "serviceaccounts"), made.Name);
            await foreach (var change in accounts.WatchAsync(new WatchOptions { FieldSelector = "metadata.name=" + ServiceAccount }, cancellationToken))
            {
                if (change.Value is { } account && (!needsSecret || account.Members?["secrets"] is JsonArray { Count: > 0 }))
                {
                    return made;
                }
            }

            throw new InvalidOperationException($"the watch for the service account '{ServiceAccount}' of {made.Name} ended without it");
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates a pod and waits until it runs, or has ended.</summary>
    public async Task<V1Pod> StartPodAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        var created = await Client.Pods(Name).CreateAsync(pod, cancellationToken: cancellationToken);
        return await WhenPodAsync(created.Metadata.Name!, found => found.Status?.Phase is not (null or "Pending"), cancellationToken);
    }

    /// <summary>Waits until a pod is as wanted.</summary>
    public async Task<V1Pod> WhenPodAsync(string name, Predicate<V1Pod> isRight, CancellationToken cancellationToken)
    {
        V1Pod? last = null;
        try
        {
            await foreach (var change in Client.Pods(Name).WatchAsync(new WatchOptions { FieldSelector = "metadata.name=" + name }, cancellationToken))
            {
                last = change.Value ?? last;
                if (change.Value is { } pod && isRight(pod))
                {
                    return pod;
                }

                if (last?.Status?.Phase is "Succeeded" or "Failed")
                {
                    throw new InvalidOperationException($"pod {name} has ended, {Describe(last)}");
                }
            }
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"pod {name} did not come to be as wanted, {Describe(last)}", e);
        }

        throw new InvalidOperationException($"the watch of pod {name} ended, {Describe(last)}");
    }

    /// <summary>Begins its deletion with all that is in it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Client.Namespaces.DeleteAsync(Name, cancellationToken: CancellationToken.None);
        }
        catch (KubernetesException e) when (e.IsNotFound || e.IsConflict)
        {
            // A test deleted it.
        }
    }

    private static string Describe(V1Pod? pod)
    {
        var states = pod?.Status?.ContainerStatuses?.Select(status => status.State switch
        {
            { Waiting: { } waiting } => $"waiting: {waiting.Reason} {waiting.Message}",
            { Terminated: { } ended } => $"terminated with {ended.ExitCode}: {ended.Reason} {ended.Message}",
            _ => "running",
        });
        return $"{pod?.Status?.Phase ?? "unseen"} {pod?.Status?.Reason} {pod?.Status?.Message} ({string.Join(", ", states ?? [])})";
    }
}
