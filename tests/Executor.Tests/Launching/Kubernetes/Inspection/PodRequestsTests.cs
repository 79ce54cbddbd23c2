using Executor.Kubernetes.Models;
using Executor.Launching.Kubernetes.Inspection;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Inspection;

public sealed class PodRequestsTests
{
    [Fact]
    public void Containers_add_up_and_init_containers_take_turns()
    {
        Assert.Equal(new NodeSize("700m", "384Mi"), Of(containers: [("500m", "256Mi"), ("200m", "128Mi")], init: [("600m", "64Mi"), ("100m", "300Mi")]));
        Assert.Equal(new NodeSize("2", "1Gi"), Of(containers: [("500m", "256Mi")], init: [("2", "1Gi")]));
        Assert.Equal(new NodeSize("0", "0"), Of(containers: [], init: []));
    }

    [Fact]
    public void A_sidecar_counts_beside_the_containers_and_beside_what_starts_after_it()
    {
        Assert.Equal(new NodeSize("600m", "320Mi"), Of(containers: [("500m", "256Mi")], init: [("sidecar 100m", "64Mi")]));
        Assert.Equal(new NodeSize("1100m", "320Mi"), Of(containers: [("500m", "256Mi")], init: [("sidecar 100m", "64Mi"), ("1", "1Mi")]));
        Assert.Equal(new NodeSize("1", "320Mi"), Of(containers: [("500m", "256Mi")], init: [("1", "1Mi"), ("sidecar 100m", "64Mi")]));
    }

    [Fact]
    public void A_limit_without_a_request_is_the_request()
    {
        var container = new V1Container { Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = "3" } } };

        Assert.Equal("3 CPU and 0 B of memory", PodRequests.Text(PodRequests.Of(new V1Pod { Spec = new V1PodSpec { Containers = [container] } })));
    }

    private static NodeSize Of((string Cpu, string Memory)[] containers, (string Cpu, string Memory)[] init) => PodRequests.Of(new V1Pod
    {
        Spec = new V1PodSpec { Containers = [.. containers.Select(Container)], InitContainers = [.. init.Select(Container)] },
    });

    private static V1Container Container((string Cpu, string Memory) request) => new()
    {
        RestartPolicy = request.Cpu.StartsWith("sidecar ", StringComparison.Ordinal) ? "Always" : null,
        Resources = new V1ResourceRequirements
        {
            Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = request.Cpu.Split(' ')[^1], ["memory"] = request.Memory },
        },
    };
}
