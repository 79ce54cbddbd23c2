using System.Net;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.TestKit;
using Executor.TestKit.Certificates;
using Executor.TestKit.Kubernetes;

namespace Kubernetes.Tests.Client;

public sealed class TransportTests : ClientFixture
{
    [Fact]
    public async Task A_server_without_HTTP_2_is_spoken_to_in_HTTP_1()
    {
        await StartAsync(new FakeApiOptions { Http2 = false });

        await Client.GetVersionAsync(Cancellation);
        Assert.Equal("HTTP/1.1", Server.Requests.Single().Protocol);
    }

    [Fact]
    public async Task What_is_laid_around_the_connections_sees_every_request()
    {
        using var counter = new RequestCounter();
        var client = Connect(options: new KubernetesClientOptions { WrapHandler = counter.Around });

        await client.Jobs("batch").CreateAsync(Job("a"), cancellationToken: Cancellation);
        await client.Jobs("batch").ReadAsync("a", Cancellation);
        await client.Jobs(null).ListAsync(cancellationToken: Cancellation);
        await client.Jobs("batch").DeleteCollectionAsync(cancellationToken: Cancellation);
        await Assert.ThrowsAsync<KubernetesException>(() => client.Namespaces.ReadAsync("none", Cancellation));

        Assert.Equal(["create jobs", "deletecollection jobs", "get jobs", "get namespaces", "list jobs"], counter.Counts.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        using var other = new TestAuthority();
        var client = Connect(change: configuration => configuration.SslCaCerts = [other.Certificate]);

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => client.GetVersionAsync(Cancellation));
        Assert.True(failure.IsTransportFailure);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task A_certificate_is_not_looked_at_when_verification_is_off()
    {
        var client = Connect(change: configuration => (configuration.SslCaCerts, configuration.SkipTlsVerify) = (null, true));

        Assert.Equal("36", (await client.GetVersionAsync(Cancellation)).Minor);
    }

    [Theory]
    [InlineData("api.example", true)]
    [InlineData("other.example", false)]
    public async Task The_servers_name_may_be_another_than_the_address(string name, bool isRight)
    {
        await StartAsync(new FakeApiOptions(), "api.example");
        var client = Connect(change: configuration => configuration.TlsServerName = name);

        var failure = await Record.ExceptionAsync(() => client.GetVersionAsync(Cancellation));
        Assert.Equal(isRight, failure is null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_certificate_is_shown(bool rsa)
    {
        var (certificate, key) = Server.Authority.Client("ann", rsa);
        var client = Connect($"{{client-certificate: {Write("c", certificate)}, client-key: {Write("k", key)}}}");

        await client.GetVersionAsync(Cancellation);
        Assert.Equal("CN=ann", Server.ClientCertificates.Single());
    }

    [Fact]
    public async Task A_refused_token_is_taken_anew_from_its_file_and_the_request_repeated_once()
    {
        Server.Options.Tokens.Add("new");
        var path = Write("token", "old");
        var client = Connect($"{{tokenFile: {path}}}");
        var refused = await Assert.ThrowsAsync<KubernetesException>(() => client.GetVersionAsync(Cancellation));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Single(Server.Requests);

        Write("token", "new");
        await client.GetVersionAsync(Cancellation);
        Assert.Equal(3, Server.Requests.Count);
    }

    [Fact]
    public async Task A_fixed_token_that_is_refused_is_not_tried_twice()
    {
        Server.Options.Tokens.Add("right");
        var client = Connect("{token: wrong}");

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => client.GetVersionAsync(Cancellation));
        Assert.Single(Server.Requests);
        Assert.DoesNotContain("wrong", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Impersonation_goes_in_headers()
    {
        var client = Connect("{as: ann, as-uid: '7', as-groups: [g]}");

        await client.GetVersionAsync(Cancellation);
        var headers = Server.Requests.Single().Headers;
        Assert.Equal(("ann", "7", "g"), (headers["Impersonate-User"], headers["Impersonate-Uid"], headers["Impersonate-Group"]));
    }

    [Fact]
    public async Task A_full_server_says_how_long_to_wait()
    {
        Server.Add(ApiFault.Refuse(_ => true, ApiErrorException.TooManyRequests(7)));

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods("batch").ListAsync(cancellationToken: Cancellation));
        Assert.True(failure.IsTooManyRequests);
        Assert.Equal(TimeSpan.FromSeconds(7), failure.RetryAfter);
    }

    [Fact]
    public async Task A_quota_is_told_from_a_missing_right()
    {
        Server.Options.Quotas[("batch", "jobs.batch")] = 0;
        var quota = await Assert.ThrowsAsync<KubernetesException>(() => Client.Jobs("batch").CreateAsync(Job("a"), cancellationToken: Cancellation));
        Server.Add(ApiFault.Refuse(_ => true, new ApiErrorException(403, "Forbidden", "jobs.batch is forbidden: User \"x\" cannot create resource")));
        var right = await Assert.ThrowsAsync<KubernetesException>(() => Client.Jobs("batch").CreateAsync(Job("a"), cancellationToken: Cancellation));

        Assert.Equal((true, true), (quota.IsForbidden, quota.IsQuotaExceeded));
        Assert.Equal((true, false), (right.IsForbidden, right.IsQuotaExceeded));
    }

    [Fact]
    public async Task A_limit_range_and_a_namespace_that_ends_are_told_from_a_quota()
    {
        Server.Create("/api/v1/namespaces/batch/limitranges", JsonNode.Parse("""
            {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"},
             "spec": {"limits": [{"type": "Container", "max": {"cpu": "1"}, "min": {"memory": "1Gi"}}]}}
            """)!.AsObject());
        var large = Pod("a");
        large["spec"]!["containers"]![0]!["resources"] = JsonNode.Parse("""{"limits": {"cpu": "2", "memory": "512Mi"}}""");
        var limited = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods("batch").CreateAsync(large, cancellationToken: Cancellation));
        Assert.Equal((true, false, false), (limited.IsLimitRangeExceeded, limited.IsQuotaExceeded, limited.IsNamespaceTerminating));
        Assert.Contains("maximum cpu usage per Container is 1, but limit is 2, minimum memory usage", limited.Status!.Message, StringComparison.Ordinal);

        Server.Create("/api/v1/namespaces", JsonNode.Parse(
            """{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "batch", "finalizers": ["kubernetes"]}}""")!.AsObject());
        await Client.Namespaces.DeleteAsync("batch", cancellationToken: Cancellation);
        var ending = await Assert.ThrowsAsync<KubernetesException>(() => Client.Jobs("batch").CreateAsync(Job("a"), cancellationToken: Cancellation));
        Assert.Equal((false, false, true), (ending.IsLimitRangeExceeded, ending.IsQuotaExceeded, ending.IsNamespaceTerminating));
    }

    [Fact]
    public async Task An_answer_that_is_no_status_is_quoted_in_part()
    {
        Server.Add(new ApiFault(_ => true, async context =>
        {
            context.Response.StatusCode = 502;
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "<html>" + new string('x', 100_000), Cancellation);
        }));

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => Client.GetVersionAsync(Cancellation));
        Assert.Equal(HttpStatusCode.BadGateway, failure.StatusCode);
        Assert.InRange(failure.Message.Length, 100, 1200);
    }

    [Fact]
    public async Task A_broken_connection_is_a_failure_without_a_status()
    {
        Server.Add(ApiFault.Abort(_ => true));

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => Client.GetVersionAsync(Cancellation));
        Assert.Equal((true, null), (failure.IsTransportFailure, failure.StatusCode));
        Assert.Equal("36", (await Client.GetVersionAsync(Cancellation)).Minor);
    }

    [Fact]
    public async Task An_answer_that_does_not_begin_in_time_is_a_failure()
    {
        var time = new ManualTime();
        Server.Add(ApiFault.Hang(_ => true));
        var call = Connect(options: new KubernetesClientOptions { TimeProvider = time }).GetVersionAsync(Cancellation);

        await time.WhenTimerRunsAsync(due => due == TimeSpan.FromSeconds(75), Cancellation);
        time.Advance(TimeSpan.FromSeconds(75));

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => call);
        Assert.IsType<TimeoutException>(failure.InnerException);
    }

    [Fact]
    public async Task Warnings_are_handed_on()
    {
        var warnings = new List<KubernetesWarning>();
        Server.Warnings.Enqueue("299 - \"unknown field \\\"spec.x\\\"\"");

        await Connect(options: new KubernetesClientOptions { OnWarning = warnings.Add }).GetVersionAsync(Cancellation);
        Assert.Equal(new KubernetesWarning("GET /version", 299, "unknown field \"spec.x\""), Assert.Single(warnings));
    }

    [Fact]
    public async Task A_review_tells_what_is_allowed()
    {
        Server.Options.Allows = attributes => (string?)attributes["verb"] == "get";

        Assert.True(await AllowedAsync("get"));
        Assert.False(await AllowedAsync("create"));

        async Task<bool> AllowedAsync(string verb)
        {
            var attributes = new V1ResourceAttributes { Verb = verb, Resource = "pods", NamespaceProperty = "batch" };
            return (await Client.CreateSelfSubjectAccessReviewAsync(attributes, Cancellation)).Status!.Allowed;
        }
    }

    [Theory]
    [InlineData(21, "policy/v1beta1")]
    [InlineData(22, "policy/v1")]
    public async Task An_eviction_is_asked_for_in_the_servers_version(int minor, string apiVersion)
    {
        await StartAsync(new FakeApiOptions { Version = (1, minor) });
        Server.Create(Pods, Pod("a"));

        Server.Options.RefusesEvictions = true;
        var refused = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods("batch").EvictAsync("a", cancellationToken: Cancellation));
        Assert.True(refused.IsTooManyRequests);
        Server.Options.RefusesEvictions = false;
        await Client.Pods("batch").EvictAsync("a", new V1DeleteOptions { GracePeriodSeconds = 0 }, Cancellation);

        Assert.Equal(apiVersion, (string?)Server.Requests.Last().Body!["apiVersion"]);
        Assert.Null(Server.Find(Pods + "/a"));
    }

    [Fact]
    public async Task A_log_is_read_by_its_options()
    {
        Server.Create(Pods, Pod("a"));
        var waiting = await Assert.ThrowsAsync<KubernetesException>(() => Client.Pods("batch").ReadLogAsync("a", cancellationToken: Cancellation));
        Assert.Equal(HttpStatusCode.BadRequest, waiting.StatusCode);
        Server.SetLog("batch", "a", "main", "one\ntwo\nthree\n");

        var options = new PodLogOptions
        {
            Container = "main",
            TailLines = 2,
            Previous = true,
            Follow = true,
            SinceTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)),
        };
        using var reader = new StreamReader(await Client.Pods("batch").ReadLogAsync("a", options, Cancellation));

        Assert.Equal("two\nthree\n", await reader.ReadToEndAsync(Cancellation));
        var query = Server.Requests.Last().Query;
        Assert.Equal(("true", "true", "2026-01-02T02:04:05.0000000Z"), (query["previous"], query["follow"], query["sinceTime"]));
    }
}
