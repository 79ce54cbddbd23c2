using Executor.TestKit.Charts;

namespace Charts.Tests;

public sealed class RbacTests
{
    [Fact]
    public async Task A_driver_may_do_this_and_nothing_else()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest());
        Assert.Equal(
            [
                "batch/jobs/status: patch",
                "batch/jobs: create delete deletecollection get list patch",
                "configmaps: create get list patch watch",
                "coordination.k8s.io/leases: create get update",
                "events: list",
                "metrics.k8s.io/pods: list",
                "pods: create delete get list watch",
                "resourcequotas: list watch",
                "secrets: create",
                "services: get",
            ],
            RightsOf(chart, "Role", "executor-driver"));
    }

    [Fact]
    public async Task A_person_may_do_this_and_nothing_else()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest());
        Assert.Equal(
            [
                "batch/jobs/status: patch",
                "batch/jobs: create delete deletecollection get list watch",
                "configmaps: create delete get list",
                "coordination.k8s.io/leases: get",
                "events: list",
                "limitranges: list",
                "metrics.k8s.io/pods: list",
                "pods/log: get",
                "pods/portforward: create get",
                "pods: get list watch",
                "resourcequotas: list",
                "secrets executor-store-key: get",
                "services: get",
            ],
            RightsOf(chart, "Role", "executor-user"));
    }

    [Fact]
    public async Task Rights_beyond_the_namespace_are_asked_for_only_on_demand()
    {
        var plain = await RenderedChart.OfAsync(new ChartRequest());
        Assert.DoesNotContain(plain.Objects, item => item["kind"]!.GetValue<string>().StartsWith("Cluster", StringComparison.Ordinal));

        var chart = await RenderedChart.OfAsync(new ChartRequest { Set = ["rbac.nodes=true"] });
        Assert.Equal(["nodes: list watch"], RightsOf(chart, "ClusterRole", "batch-executor-nodes"));
        var binding = chart.Get("ClusterRoleBinding", "batch-executor-nodes");
        Assert.Equal("batch-executor-nodes", binding["roleRef"]!["name"]!.GetValue<string>());
        Assert.Equal("executor-driver", binding["subjects"]!.AsArray().Single()!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_right_to_read_kubelets_is_a_role_of_its_own_for_the_drivers_account_alone()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything, Set = ["rbac.nodes=false", "rbac.kubelets=true", "serviceAccount.name=other"] });
        Assert.Equal(["nodes/proxy: get"], RightsOf(chart, "ClusterRole", "batch-executor-kubelets"));
        Assert.Null(chart.Find("ClusterRole", "batch-executor-nodes"));
        var binding = chart.Get("ClusterRoleBinding", "batch-executor-kubelets");
        Assert.Equal("batch-executor-kubelets", binding["roleRef"]!["name"]!.GetValue<string>());
        var subject = binding["subjects"]!.AsArray().Single()!;
        Assert.Equal(("other", "batch"), (subject["name"]!.GetValue<string>(), subject["namespace"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Sizing_by_VPA_adds_its_rights_and_the_kind_that_a_VPA_names_as_its_target()
    {
        var plain = await RenderedChart.OfAsync(new ChartRequest());
        Assert.DoesNotContain("taskclasses", plain.Text, StringComparison.Ordinal);

        var chart = await RenderedChart.OfAsync(new ChartRequest { Set = ["vpa.enabled=true"] });
        Assert.Equal(
            ["autoscaling.k8s.io/verticalpodautoscalers: list", "executor.dev/taskclasses/status: patch", "executor.dev/taskclasses: create get"],
            RightsOf(chart, "Role", "executor-driver").Except(RightsOf(plain, "Role", "executor-driver")));
        Assert.Equal(
            ["autoscaling.k8s.io/verticalpodautoscalers: list", "executor.dev/taskclasses/scale: get", "executor.dev/taskclasses: get list"],
            RightsOf(chart, "Role", "executor-user").Except(RightsOf(plain, "Role", "executor-user")));
        var definition = chart.Get("CustomResourceDefinition", "taskclasses.executor.dev");
        Assert.Equal("keep", definition["metadata"]!["annotations"]!["helm.sh/resource-policy"]!.GetValue<string>());
        var scale = definition["spec"]!["versions"]![0]!["subresources"]!["scale"]!;
        Assert.Equal((".spec.replicas", ".status.replicas", ".status.selector"), (
            scale["specReplicasPath"]!.GetValue<string>(), scale["statusReplicasPath"]!.GetValue<string>(), scale["labelSelectorPath"]!.GetValue<string>()));

        var other = await RenderedChart.OfAsync(new ChartRequest { Set = ["vpa.enabled=true", "vpa.definition=false"] });
        Assert.Null(other.Find("CustomResourceDefinition", "taskclasses.executor.dev"));
    }

    [Fact]
    public async Task The_drivers_role_is_bound_to_the_account_that_drivers_run_under()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything, Set = ["serviceAccount.name=other"] });
        Assert.NotNull(chart.Find("ServiceAccount", "other"));
        var binding = chart.Get("RoleBinding", "executor-driver");
        Assert.Equal("executor-driver", binding["roleRef"]!["name"]!.GetValue<string>());
        Assert.Equal("other", binding["subjects"]!.AsArray().Single()!["name"]!.GetValue<string>());
        Assert.Equal("other", chart.Get("Job", "executor-run-nightly-1")["spec"]!["template"]!["spec"]!["serviceAccountName"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_role_of_people_is_bound_to_those_whom_values_name()
    {
        Assert.Null((await RenderedChart.OfAsync(new ChartRequest())).Find("RoleBinding", "executor-user"));
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything });
        var binding = chart.Get("RoleBinding", "executor-user");
        Assert.Equal("executor-user", binding["roleRef"]!["name"]!.GetValue<string>());
        Assert.Equal("scientists", binding["subjects"]!.AsArray().Single()!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task Without_rights_and_accounts_none_are_made()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything, Set = ["rbac.create=false", "serviceAccount.create=false"] });
        Assert.DoesNotContain(chart.Objects, item => item["apiVersion"]!.GetValue<string>().StartsWith("rbac.", StringComparison.Ordinal));
        Assert.Null(chart.Find("ServiceAccount", "executor-driver"));
    }

    /// <summary>One line for each resource, sorted: the group unless it is the core's, the resource, names if any, and the verbs.</summary>
    private static IEnumerable<string> RightsOf(RenderedChart chart, string kind, string name) => chart.Get(kind, name)["rules"]!.AsArray()
        .SelectMany(rule => RenderedChart.TextsOf(rule!["apiGroups"]).SelectMany(group => RenderedChart.TextsOf(rule["resources"]).Select(resource =>
            (group.Length > 0 ? group + "/" : "") + resource
            + string.Concat(RenderedChart.TextsOf(rule["resourceNames"]).Select(item => " " + item))
            + ": " + string.Join(' ', RenderedChart.TextsOf(rule["verbs"]).Order(StringComparer.Ordinal)))))
        .Order(StringComparer.Ordinal);
}
