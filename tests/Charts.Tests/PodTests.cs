using System.Text.Json.Nodes;
using Executor.TestKit.Charts;

namespace Charts.Tests;

/// <summary>What holds for every pod of the chart.</summary>
public sealed class PodTests
{
    public static TheoryData<string, string> Renderings => new()
    {
        { "1.20.0", "" },
        { "1.34.0", "" },
        { "1.20.0", ValueSets.Everything },
        { "1.34.0", ValueSets.Everything },
    };

    [Theory]
    [MemberData(nameof(Renderings))]
    public async Task Requests_are_limits_in_every_container(string version, string values)
    {
        foreach (var (owner, container) in await ContainersAsync(version, values))
        {
            var resources = container["resources"]!;
            Assert.True(resources["requests"]!["cpu"] is not null && resources["requests"]!["memory"] is not null, owner);
            Assert.True(JsonNode.DeepEquals(resources["requests"], resources["limits"]), owner);
        }
    }

    [Theory]
    [MemberData(nameof(Renderings))]
    public async Task Every_container_runs_without_privileges_on_a_read_only_root(string version, string values)
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { KubeVersion = version, Values = values });
        Assert.NotEmpty(chart.PodTemplates);
        foreach (var (owner, template) in chart.PodTemplates)
        {
            var pod = template["spec"]!["securityContext"]!;
            Assert.True(pod["runAsNonRoot"]!.GetValue<bool>(), owner);
            Assert.Equal(65532, pod["runAsUser"]!.GetValue<long>());
            Assert.Equal("RuntimeDefault", pod["seccompProfile"]!["type"]!.GetValue<string>());
            foreach (var container in RenderedChart.ContainersOf(template))
            {
                var context = container["securityContext"]!;
                Assert.True(context["readOnlyRootFilesystem"]!.GetValue<bool>(), owner);
                Assert.False(context["allowPrivilegeEscalation"]!.GetValue<bool>(), owner);
                Assert.Equal(["ALL"], RenderedChart.TextsOf(context["capabilities"]!["drop"]));
            }
        }
    }

    [Fact]
    public async Task Images_are_named_by_registry_repository_and_tag()
    {
        var images = (await ContainersAsync("1.34.0", ValueSets.Everything)).Select(pair => pair.Container["image"]!.GetValue<string>());
        Assert.Equal(["registry.example/batch/executor/executor:7", "registry.example/batch/executor/shuffle-store:7"], images.Order());
    }

    [Fact]
    public async Task Without_a_tag_images_have_the_version_of_the_chart()
    {
        var images = (await ContainersAsync("1.34.0", "")).Select(pair => pair.Container["image"]!.GetValue<string>());
        Assert.Equal([$"executor/shuffle-store:{ChartFiles.AppVersion}"], images);
    }

    [Theory]
    [InlineData("Deployment", "executor-store", "store")]
    [InlineData("Job", "executor-run-nightly-1", "nightly")]
    public async Task Values_for_placing_pods_reach_them(string kind, string name, string note)
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything });
        var template = chart.Get(kind, name)["spec"]!["template"]!;
        var pod = template["spec"]!;
        Assert.Equal("ssd", pod["nodeSelector"]!["disk"]!.GetValue<string>());
        Assert.Equal("dedicated", pod["tolerations"]![0]!["key"]!.GetValue<string>());
        Assert.NotNull(pod["affinity"]!["nodeAffinity"]);
        Assert.Equal("important", pod["priorityClassName"]!.GetValue<string>());
        Assert.Equal(["first", "second"], pod["imagePullSecrets"]!.AsArray().Select(secret => secret!["name"]!.GetValue<string>()));
        Assert.Equal(kind == "Job" ? "run" : note, template["metadata"]!["annotations"]!["example.com/note"]!.GetValue<string>());
        Assert.Equal(kind == "Job" ? note : "shared", template["metadata"]!["labels"]!["cost"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_value_of_null_takes_a_user_away_for_platforms_that_choose_it()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Set = ["podSecurityContext.runAsUser=null"] });
        var context = chart.Get("Deployment", "executor-store")["spec"]!["template"]!["spec"]!["securityContext"]!;
        Assert.Null(context["runAsUser"]);
        Assert.True(context["runAsNonRoot"]!.GetValue<bool>());
    }

    private static async Task<IReadOnlyList<(string Owner, JsonObject Container)>> ContainersAsync(string version, string values)
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { KubeVersion = version, Values = values });
        (string, JsonObject)[] containers =
            [.. chart.PodTemplates.SelectMany(pod => RenderedChart.ContainersOf(pod.Template).Select(container => (pod.Owner, container)))];
        Assert.NotEmpty(containers);
        return containers;
    }
}
