using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Executor.TestKit.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Executor.TestKit.Kubernetes;

/// <summary>
/// An API server in this process, over TLS with HTTP/2, with those rules of the real one that clients meet: versions, conflicts, preconditions,
/// selectors, pages that expire, watches, bookmarks, 410 both ways, finalizers, owners, quotas, limit ranges, statuses of managed Jobs. Components of a cluster (kubelet, Job controller) are played
/// by tests through <see cref="Mutate"/>.
/// </summary>
public sealed partial class FakeApiServer : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly WebApplication _app;
    private readonly ObjectStorage _storage = new();
    private readonly ObjectApi _api;
    private readonly List<(ApiFault Fault, int[] Left)> _faults = [];
    private readonly Channel<FakeWatch> _opened = Channel.CreateUnbounded<FakeWatch>();
    private readonly ConcurrentDictionary<(string NamespaceName, string Pod, string Container), string> _logs = [];
    private readonly ITimer? _bookmarks;

    private FakeApiServer(FakeApiOptions options, WebApplication app, TestAuthority authority)
    {
        Options = options;
        Authority = authority;
        _app = app;
        _api = new ObjectApi(_storage, options);
        if (options.BookmarkInterval is { } interval)
        {
            _bookmarks = options.TimeProvider.CreateTimer(_ => SendBookmarks(), null, interval, interval);
        }
    }

    /// <summary>What it is.</summary>
    public FakeApiOptions Options { get; }

    /// <summary>The authority behind its certificate, for clients' certificates too.</summary>
    public TestAuthority Authority { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The requests so far.</summary>
    public ConcurrentQueue<FakeRequest> Requests { get; } = [];

    /// <summary>The subjects of the certificates that clients showed.</summary>
    public ConcurrentQueue<string> ClientCertificates { get; } = [];

    /// <summary>Warnings that go with every answer.</summary>
    public ConcurrentQueue<string> Warnings { get; } = [];

    /// <summary>The version of the newest change.</summary>
    public long Revision
    {
        get
        {
            lock (_lock)
            {
                return _storage.Revision;
            }
        }
    }

    public static async Task<FakeApiServer> StartAsync(FakeApiOptions? options = null, params string[] names)
    {
        options ??= new FakeApiOptions();
        var authority = new TestAuthority();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            endpoint.Protocols = options.Http2 ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            endpoint.UseHttps(https =>
            {
                https.ServerCertificate = authority.Server(names);
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            });
        }));
        var app = builder.Build();
        var server = new FakeApiServer(options, app, authority);
        app.UseWebSockets();
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Address = new Uri(app.Urls.Single());
        return server;
    }

    /// <summary>The next watch that a client opens, in the order in which they were opened.</summary>
    public ValueTask<FakeWatch> NextWatchAsync(CancellationToken cancellationToken) => _opened.Reader.ReadAsync(cancellationToken);

    /// <summary>Lets something go wrong; the first fault that fits a request counts.</summary>
    public void Add(ApiFault fault)
    {
        lock (_lock)
        {
            _faults.Add((fault, [fault.Times]));
        }
    }

    /// <summary>Forgets all versions but the newest: watches and pages from older ones answer 410. Open watches go on.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _storage.Compact();
        }
    }

    /// <summary>Sends a bookmark to every watch that takes them.</summary>
    public void SendBookmarks()
    {
        lock (_lock)
        {
            _storage.Watches.FindAll(watch => watch.TakesBookmarks).ForEach(watch => watch.SendBookmark(_storage.Revision));
        }
    }

    /// <summary>Creates an object as a component inside the cluster does.</summary>
    public JsonObject Create(string collection, JsonObject item)
    {
        lock (_lock)
        {
            return _api.Create(Path(collection), item, dryRun: false, "test");
        }
    }

    /// <summary>Changes any part of an object, its status too. Taking the last finalizer away ends a deletion.</summary>
    public JsonObject Mutate(string path, Action<JsonObject> change)
    {
        lock (_lock)
        {
            return _api.Mutate(Path(path), change);
        }
    }

    /// <summary>Takes an object away, as the kubelet does with a pod that has ended.</summary>
    public void Delete(string path)
    {
        lock (_lock)
        {
            _api.Delete(Path(path), new JsonObject { ["gracePeriodSeconds"] = 0L, ["propagationPolicy"] = "Background" });
        }
    }

    /// <summary>An object as it is stored; null when there is none.</summary>
    public JsonObject? Find(string path)
    {
        lock (_lock)
        {
            return _storage.Find(Path(path));
        }
    }

    /// <summary>All objects of a kind, in a namespace or in all.</summary>
    public IReadOnlyList<JsonObject> All(string collection)
    {
        lock (_lock)
        {
            return [.. _storage.All(Path(collection))];
        }
    }

    /// <summary>Sets what a container has written.</summary>
    public void SetLog(string namespaceName, string pod, string container, string text) => _logs[(namespaceName, pod, container)] = text;

    /// <summary>A kubeconfig for it; what stands under <c>user:</c> is given as YAML in one line.</summary>
    public string Kubeconfig(string user = "{}") => $$$"""
        apiVersion: v1
        kind: Config
        current-context: test
        contexts: [{name: test, context: {cluster: test, user: test, namespace: batch}}]
        clusters: [{name: test, cluster: {server: "{{{Address}}}", certificate-authority-data: {{{Base64(Authority.CertificatePem)}}} }}]
        users: [{name: test, user: {{{user}}} }]
        """;

    public async ValueTask DisposeAsync()
    {
        _bookmarks?.Dispose();
        lock (_lock)
        {
            _storage.Watches.ForEach(watch => watch.Close());
        }

        await _app.DisposeAsync();
        Authority.Dispose();
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private static ResourcePath Path(string path) =>
        ResourcePath.Parse(path) ?? throw new ArgumentException($"'{path}' is no path of the API, such as /api/v1/namespaces/batch/pods/a", nameof(path));
}
