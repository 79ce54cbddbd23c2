using System.Text.Json;
using Executor.Kubernetes.Config;
using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.Client;

/// <summary>
/// A client of one API server, over HTTP/2 where the server speaks it. Thread-safe; one instance serves a whole process. Every method throws
/// <see cref="KubernetesException"/> when the server refuses or cannot be reached, <see cref="KubeConfigException"/> when there are no credentials to be had,
/// and <see cref="OperationCanceledException"/> when the caller cancels. Only a 401 is repeated, once, with fresh credentials: a caller that repeats decides
/// by <see cref="KubernetesException.RetryAfter"/>.
/// </summary>
public sealed class KubernetesClient : IDisposable
{
    private readonly KubernetesClientOptions _options;
    private VersionInfo? _version;

    /// <summary>A client; it connects with the first request.</summary>
    public KubernetesClient(KubernetesClientConfiguration configuration, KubernetesClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Configuration = configuration;
        _options = options ?? new KubernetesClientOptions();
        Transport = new ApiTransport(configuration, _options);
    }

    /// <summary>Where to and as whom.</summary>
    public KubernetesClientConfiguration Configuration { get; }

    /// <summary>The nodes.</summary>
    public NodeClient Nodes => new(this);

    /// <summary>The namespaces.</summary>
    public GenericClient<V1Namespace> Namespaces => Resource(KubernetesResources.Namespaces, null);

    /// <summary>The storage classes.</summary>
    public GenericClient<V1StorageClass> StorageClasses => Resource(KubernetesResources.StorageClasses, null);

    internal ApiTransport Transport { get; }

    internal TimeProvider TimeProvider => _options.TimeProvider;

    internal string FieldManager => _options.FieldManager;

    /// <summary>The pods of a namespace; null for all, to list and to watch.</summary>
    public PodClient Pods(string? namespaceName) => new(this, namespaceName);

    /// <summary>The jobs of a namespace; null for all, to list and to watch.</summary>
    public GenericClient<V1Job> Jobs(string? namespaceName) => Resource(KubernetesResources.Jobs, namespaceName);

    /// <summary>The config maps of a namespace; null for all, to list and to watch.</summary>
    public GenericClient<V1ConfigMap> ConfigMaps(string? namespaceName) => Resource(KubernetesResources.ConfigMaps, namespaceName);

    /// <summary>The secrets of a namespace; null for all, to list and to watch.</summary>
    public GenericClient<V1Secret> Secrets(string? namespaceName) => Resource(KubernetesResources.Secrets, namespaceName);

    /// <summary>The services of a namespace; null for all, to list and to watch.</summary>
    public GenericClient<V1Service> Services(string? namespaceName) => Resource(KubernetesResources.Services, namespaceName);

    /// <summary>The leases of a namespace; null for all, to list and to watch.</summary>
    public GenericClient<V1Lease> Leases(string? namespaceName) => Resource(KubernetesResources.Leases, namespaceName);

    /// <summary>The events of a namespace; null for all, to list and to watch.</summary>
    public GenericClient<Corev1Event> Events(string? namespaceName) => Resource(KubernetesResources.Events, namespaceName);

    /// <summary>The resource quotas of a namespace; null for all, to list and to watch.</summary>
    public GenericClient<V1ResourceQuota> ResourceQuotas(string? namespaceName) => Resource(KubernetesResources.ResourceQuotas, namespaceName);

    /// <summary>The limit ranges of a namespace; null for all, to list and to watch.</summary>
    public GenericClient<V1LimitRange> LimitRanges(string? namespaceName) => Resource(KubernetesResources.LimitRanges, namespaceName);

    /// <summary>The persistent volume claims of a namespace; null for all, to list and to watch.</summary>
    public GenericClient<V1PersistentVolumeClaim> PersistentVolumeClaims(string? namespaceName) =>
        Resource(KubernetesResources.PersistentVolumeClaims, namespaceName);

    /// <summary>The deployments of a namespace; null for all, to list and to watch.</summary>
    public GenericClient<V1Deployment> Deployments(string? namespaceName) => Resource(KubernetesResources.Deployments, namespaceName);

    /// <summary>
    /// What the pods of a namespace use now; null for all. To read and to list; 404 where there is no metrics server, 503 while it does not answer.
    /// </summary>
    public GenericClient<PodMetrics> PodMetrics(string? namespaceName) => Resource(KubernetesResources.PodMetrics, namespaceName);

    /// <summary>The objects of any kind, of a namespace; null for all, or for a cluster-scoped kind.</summary>
    public GenericClient<T> Resource<T>(KubernetesResource<T> resource, string? namespaceName)
        where T : class, IKubernetesObject<V1ObjectMeta> => new(this, resource, namespaceName);

    /// <summary>The server's version; asked for once, since what depends on it does not change while a client lives.</summary>
    public async Task<VersionInfo> GetVersionAsync(CancellationToken cancellationToken = default) =>
        _version ??= await Transport.SendAsync(new ApiRequest(HttpMethod.Get, "/version"), KubernetesJsonContext.Default.VersionInfo, cancellationToken);

    /// <summary>
    /// The API groups that the server has, those of custom resources and of added servers such as <c>metrics.k8s.io</c> included; not the core
    /// group, which has no name.
    /// </summary>
    public Task<V1APIGroupList> GetApiGroupsAsync(CancellationToken cancellationToken = default) =>
        Transport.SendAsync(new ApiRequest(HttpMethod.Get, "/apis"), KubernetesJsonContext.Default.V1APIGroupList, cancellationToken);

    /// <summary>Asks whether this client's user may do something; the answer is in the result's status.</summary>
    public Task<V1SelfSubjectAccessReview> CreateSelfSubjectAccessReviewAsync(
        V1ResourceAttributes attributes, CancellationToken cancellationToken = default)
    {
        var typeInfo = KubernetesJsonContext.Default.V1SelfSubjectAccessReview;
        var review = new V1SelfSubjectAccessReview { Spec = new V1SelfSubjectAccessReviewSpec { ResourceAttributes = attributes } };
        var body = JsonSerializer.SerializeToUtf8Bytes(review, typeInfo);
        var request = new ApiRequest(HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", Body: body);
        return Transport.SendAsync(request, typeInfo, cancellationToken);
    }

    /// <summary>
    /// Closes all connections; requests and watches that are under way fail. Forwarded ports are connections of their own, which go on.
    /// </summary>
    public void Dispose() => Transport.Dispose();
}
