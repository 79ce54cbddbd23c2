using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Executor.TestKit.Kubernetes;

/// <summary>Counts what a client asks of the API server, by verb and kind as audit logs have them, such as <c>create jobs</c>. Thread-safe.</summary>
public partial class RequestCounter : DelegatingHandler
{
    /// <summary>The requests so far, those that failed included.</summary>
    public ConcurrentDictionary<string, int> Counts { get; } = new();

    /// <summary>How many there were of one verb and kind.</summary>
    public int Of(string request) => Counts.GetValueOrDefault(request);

    /// <summary>Counts in the requests that go over a client's connections; for <c>KubernetesClientOptions.WrapHandler</c>.</summary>
    public HttpMessageHandler Around(HttpMessageHandler connections)
    {
        InnerHandler = connections;
        return this;
    }

    /// <summary>The verb and the kind, with the subresource if there is one.</summary>
    protected static string NameOf(HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var uri = request.RequestUri!;
        var path = Resource().Match(uri.AbsolutePath);
        if (!path.Success)
        {
            return $"get {uri.AbsolutePath}";
        }

        var hasName = path.Groups["name"].Success;
        var verb = request.Method.Method switch
        {
            "GET" when uri.Query.Contains("watch=", StringComparison.Ordinal) => "watch",
            "GET" => hasName ? "get" : "list",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            _ => hasName ? "delete" : "deletecollection",
        };
        return $"{verb} {path.Groups["kind"].Value}{path.Groups["part"].Value}";
    }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Counts.AddOrUpdate(NameOf(request), 1, (_, count) => count + 1);
        return base.SendAsync(request, cancellationToken);
    }

    [GeneratedRegex("^/(api/v1|apis/[^/]+/[^/]+)(/namespaces/[^/]+(?=/.))?/(?<kind>[a-z]+)(/(?<name>[^/]+)(?<part>/[a-z]+)?)?$")]
    private static partial Regex Resource();
}
