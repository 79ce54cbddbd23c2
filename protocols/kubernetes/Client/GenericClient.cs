using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.Client;

/// <summary>
/// The objects of one kind, in one namespace or in all. Cheap to make and thread-safe. Errors are those of <see cref="KubernetesClient"/>.
/// </summary>
/// <typeparam name="T">The kind's model.</typeparam>
public class GenericClient<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly KubernetesClient _client;

    /// <summary>The objects of a kind.</summary>
    /// <param name="client">The server's client.</param>
    /// <param name="resource">The kind.</param>
    /// <param name="namespaceName">The namespace; null for all, or for a cluster-scoped kind.</param>
    public GenericClient(KubernetesClient client, KubernetesResource<T> resource, string? namespaceName)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(resource);
        if (!resource.IsNamespaced && namespaceName is not null)
        {
            throw new ArgumentException($"{resource} are not in namespaces", nameof(namespaceName));
        }

        _client = client;
        Resource = resource;
        NamespaceName = namespaceName;
    }

    /// <summary>The kind.</summary>
    public KubernetesResource<T> Resource { get; }

    /// <summary>The namespace; null for all.</summary>
    public string? NamespaceName { get; }

    internal KubernetesClient Client => _client;

    internal ApiTransport Transport => _client.Transport;

    /// <summary>Creates an object and gives it as the server stored it. The object needs a name or a prefix of one.</summary>
    /// <exception cref="KubernetesException">The name is taken (<see cref="KubernetesException.IsAlreadyExists"/>), the object is wrong (422), ...</exception>
    public Task<T> CreateAsync(T obj, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, Collection(), WriteQuery(options), Bytes(obj), cancellationToken);

    /// <summary>Creates an object from JSON, which may have fields that the model lacks. <c>apiVersion</c> and <c>kind</c> must be in it.</summary>
    /// <exception cref="KubernetesException">As of the typed create.</exception>
    public Task<T> CreateAsync(JsonObject obj, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, Collection(), WriteQuery(options), Bytes(obj), cancellationToken);

    /// <summary>Creates an object from JSON in UTF-8, which is sent as it is; see the overload with a tree.</summary>
    /// <exception cref="KubernetesException">As of the typed create.</exception>
    public Task<T> CreateAsync(ReadOnlyMemory<byte> utf8Json, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, Collection(), WriteQuery(options), utf8Json, cancellationToken);

    /// <summary>Reads an object in its newest state.</summary>
    /// <exception cref="KubernetesException">There is none of the name (<see cref="KubernetesException.IsNotFound"/>).</exception>
    public Task<T> ReadAsync(string name, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Get, Item(name), "", default, cancellationToken);

    /// <summary>Reads an object's <c>scale</c> subresource.</summary>
    /// <exception cref="KubernetesException">There is no such object, or its kind has no scale (<see cref="KubernetesException.IsNotFound"/>).</exception>
    public Task<V1Scale> ReadScaleAsync(string name, CancellationToken cancellationToken = default) =>
        Transport.SendAsync(new ApiRequest(HttpMethod.Get, Item(name, "scale")), KubernetesJsonContext.Default.V1Scale, cancellationToken);

    /// <summary>
    /// Replaces an object. With a resourceVersion in its metadata only that version is replaced, else
    /// <see cref="KubernetesException.IsConflict"/>. Fields that the model lacks are lost: for kinds modelled in full.
    /// </summary>
    public Task<T> ReplaceAsync(T obj, string name, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Put, Item(name, options?.Subresource), WriteQuery(options), Bytes(obj), cancellationToken);

    /// <summary>Replaces an object from JSON; see the typed overload.</summary>
    public Task<T> ReplaceAsync(JsonObject obj, string name, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Put, Item(name, options?.Subresource), WriteQuery(options), Bytes(obj), cancellationToken);

    /// <summary>
    /// Changes an object, in any of the four forms. A resourceVersion in the patch's metadata makes it conditional. An apply creates what is missing.
    /// </summary>
    public Task<T> PatchAsync(V1Patch patch, string name, WriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(patch);
        var isApply = patch.Type == V1Patch.PatchType.ApplyPatch;
        var query = WriteQuery(options).AddFlag("force", isApply && options?.Force == true);
        var request = new ApiRequest(
            HttpMethod.Patch, Item(name, options?.Subresource), query.ToString(), Bytes(patch.Content), patch.ContentType);
        return Transport.SendAsync(request, Resource.TypeInfo, cancellationToken);
    }

    /// <summary>Changes an object's status, which changes of the object itself leave alone.</summary>
    public Task<T> PatchStatusAsync(V1Patch patch, string name, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        PatchAsync(patch, name, (options ?? new WriteOptions()) with { Subresource = "status" }, cancellationToken);

    /// <summary>
    /// Deletes an object. Returns the object where it stays for now, with a deletionTimestamp, for its grace period or its finalizers; null where the
    /// server said only that it is done. Either way the deletion cannot be called back.
    /// </summary>
    /// <exception cref="KubernetesException">It is gone already (<see cref="KubernetesException.IsNotFound"/>), or a precondition does not hold
    /// (<see cref="KubernetesException.IsConflict"/>).</exception>
    public async Task<T?> DeleteAsync(string name, V1DeleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = new ApiRequest(HttpMethod.Delete, Item(name), Body: Bytes(options));
        var answer = await Transport.SendForBytesAsync(request, cancellationToken);
        try
        {
            return JsonKind.Of(answer) is null or "Status" ? null : JsonSerializer.Deserialize(answer, Resource.TypeInfo);
        }
        catch (JsonException e)
        {
            throw ApiTransport.Broken(request, e);
        }
    }

    /// <summary>
    /// Deletes all objects that the selectors fit: all of the namespace without selectors. Not atomic: objects are deleted one after another, and one that
    /// is created meanwhile may stay.
    /// </summary>
    public async Task DeleteCollectionAsync(
        ListOptions? selection = null, V1DeleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        var query = new QueryString().Add("labelSelector", selection?.LabelSelector).Add("fieldSelector", selection?.FieldSelector);

        // The answer lists every object that was deleted, which may be megabytes.
        await Transport.SendForNothingAsync(new ApiRequest(HttpMethod.Delete, Collection(), query.ToString(), Bytes(options)), cancellationToken);
    }

    /// <summary>One page of the objects.</summary>
    /// <exception cref="KubernetesException">The page's token or the version is too old (<see cref="KubernetesException.IsExpired"/>).</exception>
    public Task<KubernetesList<T>> ListAsync(ListOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ListOptions();
        var isFirst = options.ContinueParameter is null;
        var query = new QueryString()
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("limit", options.Limit)
            .Add("continue", options.ContinueParameter)
            .Add("resourceVersion", isFirst ? options.ResourceVersion : null)
            .Add("resourceVersionMatch", isFirst ? options.ResourceVersionMatch : null);
        return Transport.SendAsync(new ApiRequest(HttpMethod.Get, Collection(), query.ToString()), Resource.ListTypeInfo, cancellationToken);
    }

    /// <summary>
    /// All objects, page by page, as they were at one moment. When the server forgets that moment on the way (410), the list starts over: a page with
    /// <see cref="ListPage{T}.IsFirst"/> voids those before it. The third start asks for everything at once, which cannot expire.
    /// </summary>
    public async IAsyncEnumerable<ListPage<T>> ListPagesAsync(
        ListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        const int StartsInPages = 2;
        var next = options ?? new ListOptions();
        for (var start = 1; ;)
        {
            KubernetesList<T> page;
            try
            {
                page = await ListAsync(next, cancellationToken);
            }
            catch (KubernetesException e) when (e.IsExpired && next.ContinueParameter is not null)
            {
                start++;
                next = next with { ContinueParameter = null, Limit = start > StartsInPages ? null : next.Limit };
                continue;
            }

            yield return new ListPage<T>(page, next.ContinueParameter is null);
            if (string.IsNullOrEmpty(page.Metadata.ContinueProperty))
            {
                yield break;
            }

            next = next with { ContinueParameter = page.Metadata.ContinueProperty };
        }
    }

    /// <summary>All objects as they were at one moment, whose version is in the metadata. Asks for pages, and starts over as needed.</summary>
    public async Task<KubernetesList<T>> ListAllAsync(ListOptions? options = null, CancellationToken cancellationToken = default)
    {
        var all = new KubernetesList<T>();
        await foreach (var page in ListPagesAsync(options, cancellationToken))
        {
            if (page.IsFirst)
            {
                all = new KubernetesList<T> { ApiVersion = page.List.ApiVersion, Kind = page.List.Kind };
            }

            all.Metadata.ResourceVersion = page.List.Metadata.ResourceVersion;
            foreach (var item in page.List.Items)
            {
                all.Items.Add(item);
            }
        }

        return all;
    }

    internal string Collection()
    {
        var root = Resource.Group.Length == 0 ? $"/api/{Resource.Version}" : $"/apis/{Resource.Group}/{Resource.Version}";
        return NamespaceName is null
            ? $"{root}/{Resource.Plural}"
            : $"{root}/namespaces/{ApiRequest.Segment(NamespaceName)}/{Resource.Plural}";
    }

    internal string Item(string name, string? subresource = null)
    {
        if (Resource.IsNamespaced && NamespaceName is null)
        {
            throw new InvalidOperationException($"One of {Resource} is found by name in a namespace: name one when asking for the client.");
        }

        var path = $"{Collection()}/{ApiRequest.Segment(name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    private static byte[] Bytes(V1DeleteOptions? options) =>
        JsonSerializer.SerializeToUtf8Bytes(options ?? new V1DeleteOptions(), KubernetesJsonContext.Default.V1DeleteOptions);

    private static byte[] Bytes(JsonNode body) => JsonSerializer.SerializeToUtf8Bytes(body, KubernetesJsonContext.Default.JsonNode);

    private byte[] Bytes(T obj) => JsonSerializer.SerializeToUtf8Bytes(obj, Resource.TypeInfo);

    private QueryString WriteQuery(WriteOptions? options) => new QueryString()
        .Add("fieldManager", options?.FieldManager ?? _client.FieldManager)
        .Add("dryRun", options?.DryRun == true ? "All" : null)
        .Add("fieldValidation", options?.FieldValidation);

    private Task<T> SendAsync(HttpMethod method, string path, object query, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        Transport.SendAsync(new ApiRequest(method, path, query.ToString()!, body), Resource.TypeInfo, cancellationToken);
}

/// <summary>One page of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="List">The page.</param>
/// <param name="IsFirst">True for the first page, and for the first one after the list had to start over.</param>
public sealed record ListPage<T>(KubernetesList<T> List, bool IsFirst);
