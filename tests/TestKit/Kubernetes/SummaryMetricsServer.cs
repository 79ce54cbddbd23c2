using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Executor.TestKit.Kubernetes;

/// <summary>
/// A small server of <c>metrics.k8s.io/v1beta1</c> pods over the kubelets' summaries, for clusters without metrics-server: it stands behind the API server's own
/// aggregation layer, registered by <see cref="RegisterAsync"/>. One may be registered in a cluster at a time.
/// </summary>
public sealed class SummaryMetricsServer : IAsyncDisposable
{
    private const string ApiServiceName = "v1beta1.metrics.k8s.io";
    private const string ServiceName = "metrics";
    private const string Root = "/apis/metrics.k8s.io/v1beta1";

    private readonly WebApplication _application;
    private readonly TestAuthority _authority;
    private readonly KubernetesClient _client;
    private readonly Func<string, CancellationToken, Task<string>> _read;

    private SummaryMetricsServer(WebApplication application, TestAuthority authority, KubernetesClient client, Func<string, CancellationToken, Task<string>> read)
    {
        (_application, _authority, _client, _read) = (application, authority, client, read);
    }

    private int Port => new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    /// <summary>Starts it on every address of this machine.</summary>
    /// <param name="client">An administrator's client; stays the caller's.</param>
    /// <param name="read">Reads a path of the API server as it is, with an administrator's rights.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    public static async Task<SummaryMetricsServer> StartAsync(
        KubernetesClient client, Func<string, CancellationToken, Task<string>> read, CancellationToken cancellationToken)
    {
        var authority = new TestAuthority();
        var certificate = authority.Server("metrics");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0, listen => listen.UseHttps(certificate)));
        var server = new SummaryMetricsServer(builder.Build(), authority, client, read);
        server._application.Run(server.AnswerAsync);
        await server._application.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>Registers it with the cluster and waits until the cluster has found it good. Both are undone when it is disposed of.</summary>
    /// <param name="namespaceName">Where its Service goes.</param>
    /// <param name="host">This machine's address as the cluster knows it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task RegisterAsync(string namespaceName, IPAddress host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        await _client.Services(namespaceName).CreateAsync(Parse($$$"""
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "{{{ServiceName}}}"}, "spec": {"ports": [{"name": "https", "port": 443, "targetPort": {{{Port}}} }]}}
            """), cancellationToken: cancellationToken);
        await _client.Resource(UntypedObject.Resource("", "v1", "endpoints"), namespaceName).CreateAsync(Parse($$$"""
            {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "{{{ServiceName}}}"},
             "subsets": [{"addresses": [{"ip": "{{{host}}}"}], "ports": [{"name": "https", "port": {{{Port}}} }]}]}
            """), cancellationToken: cancellationToken);
        var services = ApiServices();
        await services.CreateAsync(Parse($$$"""
            {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "{{{ApiServiceName}}}"},
             "spec": {"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100, "insecureSkipTLSVerify": true,
                      "service": {"namespace": "{{{namespaceName}}}", "name": "{{{ServiceName}}}", "port": 443} }}
            """), cancellationToken: cancellationToken);
        await Poll.UntilAsync(
            async () => (await services.ReadAsync(ApiServiceName, cancellationToken)).Members?["status"]?["conditions"]?.AsArray()
                .Any(condition => (string?)condition!["type"] == "Available" && (string?)condition["status"] == "True") == true,
            TimeSpan.FromMinutes(1),
            () => $"APIService {ApiServiceName} to be available",
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // While a group does not answer, no namespace goes.
            await ApiServices().DeleteAsync(ApiServiceName, cancellationToken: CancellationToken.None);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            // It was not registered.
        }

        await _application.DisposeAsync();
        _authority.Dispose();
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private GenericClient<UntypedObject> ApiServices() =>
        _client.Resource(UntypedObject.Resource("apiregistration.k8s.io", "v1", "apiservices", isNamespaced: false), null);

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        JsonObject? answer = path.TrimEnd('/') switch
        {
            Root => Parse("""
                {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "metrics.k8s.io/v1beta1",
                 "resources": [{"name": "pods", "singularName": "", "namespaced": true, "kind": "PodMetrics", "verbs": ["get", "list"]}]}
                """),
            _ when path.Split('/') is ["", "apis", "metrics.k8s.io", "v1beta1", "namespaces", var name, "pods"] =>
                await ListAsync(name, context.Request.Query["labelSelector"], context.RequestAborted),
            _ => null,
        };
        context.Response.StatusCode = answer is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync((answer ?? Parse("""{"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404, "reason": "NotFound"}""")).ToJsonString(), context.RequestAborted);
    }

    private async Task<JsonObject> ListAsync(string namespaceName, string? labelSelector, CancellationToken cancellationToken)
    {
        var pods = await _client.Pods(namespaceName).ListAllAsync(new ListOptions { LabelSelector = labelSelector }, cancellationToken);
        var byUid = pods.Items.Where(pod => pod.Status?.Phase == "Running").ToDictionary(pod => pod.Metadata.Uid!);
        var items = new JsonArray();
        foreach (var node in byUid.Values.Select(pod => pod.Spec?.NodeName).OfType<string>().Distinct())
        {
            var summary = JsonNode.Parse(await _read($"/api/v1/nodes/{node}/proxy/stats/summary", cancellationToken))!;
            foreach (var measured in summary["pods"]?.AsArray() ?? [])
            {
                if (byUid.TryGetValue((string?)measured!["podRef"]!["uid"] ?? "", out var pod) && ItemOf(pod, measured) is { } item)
                {
                    items.Add((JsonNode)item);
                }
            }
        }

        return new JsonObject { ["kind"] = "PodMetricsList", ["apiVersion"] = "metrics.k8s.io/v1beta1", ["metadata"] = new JsonObject(), ["items"] = items };
    }

    private static JsonObject? ItemOf(V1Pod pod, JsonNode measured)
    {
        var containers = new JsonArray();
        string? time = null;
        foreach (var container in measured["containers"]?.AsArray() ?? [])
        {
            // A container of a moment ago has no rate yet.
            if (container!["cpu"]?["usageNanoCores"] is not { } cpu || container["memory"]?["workingSetBytes"] is not { } memory)
            {
                return null;
            }

            time = (string?)container["cpu"]!["time"];
            containers.Add((JsonNode)new JsonObject
            {
                ["name"] = (string?)container["name"],
                ["usage"] = new JsonObject
                {
                    ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{cpu.GetValue<long>()}n"),
                    ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{memory.GetValue<long>() / 1024}Ki"),
                },
            });
        }

        return containers.Count == 0 ? null : new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = pod.Metadata.Name,
                ["namespace"] = pod.Metadata.NamespaceProperty,
                ["labels"] = new JsonObject((pod.Metadata.Labels ?? new Dictionary<string, string>()).Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
            },
            ["timestamp"] = time,
            ["window"] = "15s",
            ["containers"] = containers,
        };
    }
}
