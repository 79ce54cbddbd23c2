using System.Text;
using System.Text.Json.Nodes;
using Executor.Cluster;
using Executor.TestKit.Certificates;
using Executor.Tests.Launching.Kubernetes;
using Xunit;

namespace Executor.Tests.Cluster;

public sealed class ClusterStoreTests : ClusterFixture
{
    private const string ServicesPath = "/api/v1/namespaces/batch/services";
    private static readonly Uri Any = new("https://10.96.0.7:8815");

    [Fact]
    public async Task The_stores_pods_come_first_and_what_leads_to_any_of_them_last()
    {
        Install("executor-store-pods", "None");
        await using var store = await ClusterStore.ConnectAsync(Cluster, Options(), Cancellation);
        Assert.Equal([new Uri("https://executor-store-pods.batch.svc:8815"), Any], store.Addresses);
        Assert.Equal("executor-store.batch.svc", store.Trust!.ServerName);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("executor-store-pods", "10.96.0.8")]
    public async Task A_store_without_a_name_of_its_pods_has_one_address(string? name, string address)
    {
        Install(name, address);
        await using var store = await ClusterStore.ConnectAsync(Cluster, Options(), Cancellation);
        Assert.Equal([Any], store.Addresses);
    }

    [Fact]
    public async Task Addresses_that_are_told_are_taken_as_they_are()
    {
        Install("executor-store-pods", "None");
        Uri[] told = [new("https://a:1"), new("https://b:1")];
        var file = Path.Combine(Folder, "key");
        await File.WriteAllBytesAsync(file, new byte[32], Cancellation);
        await using var store = await ClusterStore.ConnectAsync(Cluster, Options() with { Store = told, StoreKeyFile = file }, Cancellation);
        Assert.Equal(told, store.Addresses);
    }

    private void Install(string? pods, string address)
    {
        Create("executor-store", "10.96.0.7");
        if (pods is not null)
        {
            Create(pods, address);
        }

        using var authority = new TestAuthority();
        Server.Create("/api/v1/namespaces/batch/secrets", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = ClusterStore.KeySecret },
            ["data"] = new JsonObject
            {
                [ClusterStore.KeyName] = Convert.ToBase64String(new byte[32]),
                ["ca.crt"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(authority.CertificatePem)),
            },
        });
    }

    private void Create(string name, string address) => Server.Create(ServicesPath, new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Service",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["clusterIP"] = address,
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "grpc", ["port"] = 8815 }),
        },
    });
}
