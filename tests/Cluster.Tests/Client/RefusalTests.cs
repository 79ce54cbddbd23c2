using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;
using Executor.Kubernetes.Models;
using Executor.TestKit.Kubernetes;

namespace Cluster.Tests.Client;

public sealed class RefusalTests : ClusterFixture
{
    [Fact]
    public async Task A_service_account_may_do_what_its_role_says_and_nothing_else()
    {
        await GrantAsync("limited", """[{"apiGroups": [""], "resources": ["pods", "pods/portforward"], "verbs": ["get", "list", "create"]}]""");
        using var client = ConnectAs(await TokenAsync("limited"));
        await WhenAllowedAsync(client, new V1ResourceAttributes { Verb = "list", Resource = "pods", NamespaceProperty = Namespace.Name });

        Assert.Empty((await client.Pods(Namespace.Name).ListAsync(cancellationToken: Cancellation)).Items);
        await Namespace.StartPodAsync(Shell("server", "exec sleep 600"), Cancellation);
        await using (await client.Pods(Namespace.Name).PortForwardAsync("server", 80, Cancellation))
        {
            foreach (var forbidden in (Func<Task>[])
                [
                    () => client.Secrets(Namespace.Name).ListAsync(cancellationToken: Cancellation),
                    () => client.Pods("kube-system").ListAsync(cancellationToken: Cancellation),
                    () => client.Pods(Namespace.Name).DeleteAsync("server", cancellationToken: Cancellation),
                    () => client.Pods(Namespace.Name).ExecAsync("server", ["/bin/true"], cancellationToken: Cancellation),
                ])
            {
                var refused = await Assert.ThrowsAsync<KubernetesException>(forbidden);
                Assert.Equal((true, "Forbidden"), (refused.IsForbidden, refused.Reason));
                Assert.False(refused.IsQuotaExceeded || refused.IsLimitRangeExceeded || refused.IsNamespaceTerminating);
            }
        }

        var review = await client.CreateSelfSubjectAccessReviewAsync(
            new V1ResourceAttributes { Verb = "delete", Resource = "pods", NamespaceProperty = Namespace.Name }, Cancellation);
        Assert.False(review.Status!.Allowed);
    }

    [Fact]
    public async Task To_forward_a_port_takes_the_right_to_get_it()
    {
        await GrantAsync("creator", """[{"apiGroups": [""], "resources": ["pods/portforward"], "verbs": ["create"]}]""");
        using var client = ConnectAs(await TokenAsync("creator"));
        await WhenAllowedAsync(
            client, new V1ResourceAttributes { Verb = "create", Resource = "pods", Subresource = "portforward", NamespaceProperty = Namespace.Name });
        await Namespace.StartPodAsync(Shell("server", "exec sleep 600"), Cancellation);

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => client.Pods(Namespace.Name).PortForwardAsync("server", 80, Cancellation));
        Assert.True(refused.IsForbidden);
        Assert.Contains("cannot get resource \"pods/portforward\"", refused.Status!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_none_is_unauthorized()
    {
        using var client = ConnectAs("not.a.token");

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => client.Pods(Namespace.Name).ListAsync(cancellationToken: Cancellation));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        var forward = await Assert.ThrowsAsync<KubernetesException>(() => client.Pods(Namespace.Name).PortForwardAsync("a", 80, Cancellation));
        Assert.Equal(HttpStatusCode.Unauthorized, forward.StatusCode);
    }

    [Fact]
    public async Task A_limit_range_is_told_from_a_quota()
    {
        await CreateAsync("limitranges", """
            {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"},
             "spec": {"limits": [{"type": "Container", "max": {"memory": "64Mi"}}]}}
            """);
        var read = await Client.LimitRanges(Namespace.Name).ReadAsync("small", Cancellation);
        Assert.Equal(ResourceQuantity.Parse("64Mi"), read.Spec!.Limits!.Single().Max!["memory"]);

        var tooLarge = await WhenRefusedAsync(Client.Pods(Namespace.Name), Shell("a", "true"));
        Assert.Equal((true, false, false), (tooLarge.IsLimitRangeExceeded, tooLarge.IsQuotaExceeded, tooLarge.IsNamespaceTerminating));
    }

    [Fact]
    public async Task A_full_quota_is_told_from_a_limit_range()
    {
        await CreateAsync(
            "resourcequotas", """{"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"}, "spec": {"hard": {"count/configmaps": "0"}}}""");

        var tooMany = await WhenRefusedAsync(Client.ConfigMaps(Namespace.Name), ConfigMap("a"));
        Assert.Equal((false, true, false), (tooMany.IsLimitRangeExceeded, tooMany.IsQuotaExceeded, tooMany.IsNamespaceTerminating));
    }

    [Fact]
    public async Task A_namespace_that_ends_takes_nothing_more_and_says_so()
    {
        var held = ConfigMap("held");
        held["metadata"]!["finalizers"] = new JsonArray("example.com/test");
        await Client.ConfigMaps(Namespace.Name).CreateAsync(held, cancellationToken: Cancellation);
        await Client.Namespaces.DeleteAsync(Namespace.Name, cancellationToken: Cancellation);
        try
        {
            var tooLate = await WhenRefusedAsync(Client.ConfigMaps(Namespace.Name), ConfigMap("a"));
            Assert.Equal((false, false, true), (tooLate.IsLimitRangeExceeded, tooLate.IsQuotaExceeded, tooLate.IsNamespaceTerminating));
        }
        finally
        {
            await Client.ConfigMaps(Namespace.Name).PatchAsync(
                new V1Patch(JsonNode.Parse("""{"metadata": {"finalizers": null}}""")!, V1Patch.PatchType.MergePatch), "held", cancellationToken: CancellationToken.None);
        }
    }

    // Admission plugins see new limits a moment later: what is created until then is taken away again.
    private async Task<KubernetesException> WhenRefusedAsync<T>(GenericClient<T> client, JsonObject item)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        while (true)
        {
            try
            {
                var created = await client.CreateAsync(item.DeepClone().AsObject(), cancellationToken: Cancellation);
                await client.DeleteAsync(created.Metadata.Name!, new V1DeleteOptions { GracePeriodSeconds = 0 }, Cancellation);
            }
            catch (KubernetesException e) when (e.IsForbidden)
            {
                return e;
            }
        }
    }

    private Task<UntypedObject> CreateAsync(string plural, string json, string group = "") => Client
        .Resource(UntypedObject.Resource(group, "v1", plural), Namespace.Name)
        .CreateAsync(JsonNode.Parse(json)!.AsObject(), cancellationToken: Cancellation);

    private async Task GrantAsync(string account, string rules)
    {
        const string Rbac = "rbac.authorization.k8s.io";
        await CreateAsync("serviceaccounts", $$$"""{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "{{{account}}}"}}""");
        await CreateAsync(
            "roles",
            $$$"""{"apiVersion": "{{{Rbac}}}/v1", "kind": "Role", "metadata": {"name": "{{{account}}}"}, "rules": {{{rules}}}}""",
            Rbac);
        await CreateAsync(
            "rolebindings",
            $$$"""
            {"apiVersion": "{{{Rbac}}}/v1", "kind": "RoleBinding", "metadata": {"name": "{{{account}}}"},
             "roleRef": {"apiGroup": "{{{Rbac}}}", "kind": "Role", "name": "{{{account}}}"},
             "subjects": [{"kind": "ServiceAccount", "name": "{{{account}}}", "namespace": "{{{Namespace.Name}}}"}]}
            """,
            Rbac);
    }

    // TokenRequest is a part of a service account, which a client sees as a kind with a longer name.
    private async Task<string> TokenAsync(string account)
    {
        var answer = await CreateAsync(
            $"serviceaccounts/{account}/token",
            """{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}""");
        return (string)answer.Members!["status"]!["token"]!;
    }

    private KubernetesClient ConnectAs(string token)
    {
        var configuration = Cluster.NewConfiguration();
        configuration.ClientCertificate = null;
        configuration.Credentials = new Token(token);
        return new KubernetesClient(configuration);
    }

    // What decides about rights sees new roles a moment later.
    private async Task WhenAllowedAsync(KubernetesClient client, V1ResourceAttributes attributes)
    {
        while (!(await client.CreateSelfSubjectAccessReviewAsync(attributes, Cancellation)).Status!.Allowed)
        {
            Cancellation.ThrowIfCancellationRequested();
        }
    }

    private sealed class Token(string token) : KubernetesCredentials
    {
        private readonly Credential _credential = new(new AuthenticationHeaderValue("Bearer", token));

        public override ValueTask<Credential> GetAsync(CancellationToken cancellationToken) => new(_credential);
    }
}
