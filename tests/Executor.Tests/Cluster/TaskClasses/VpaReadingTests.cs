using System.Text;
using Executor.Cluster.TaskClasses;
using Executor.Kubernetes.Models;
using Xunit;

namespace Executor.Tests.Cluster.TaskClasses;

public sealed class VpaReadingTests
{
    private const string Target = "\"targetRef\": {\"apiVersion\": \"executor.dev/v1alpha1\", \"kind\": \"TaskClass\", \"name\": \"heavy\"}";
    private const string IsProvided = "\"conditions\": [{\"type\": \"LowConfidence\", \"status\": \"True\"}, {\"type\": \"RecommendationProvided\", \"status\": \"True\"}]";

    [Fact]
    public void The_target_for_the_tasks_container_is_taken_in_whole_bytes_and_thousandths()
    {
        var vpa = Vpa(Target, IsProvided + """
            , "recommendation": {"containerRecommendations": [
              {"containerName": "sidecar", "target": {"cpu": "9", "memory": "9Gi"}},
              {"containerName": "task", "target": {"cpu": "1250500u", "memory": "262144k"}, "lowerBound": {"memory": "1"}, "upperBound": {"memory": "9Gi"}}]}
            """);
        var recommendation = VpaReading.Recommendation("heavy", "task", [vpa]);
        Assert.Equal((262_144_000L, 1251, "VPA heavy-vpa"), (recommendation.MemoryBytes, recommendation.CpuMillicores, recommendation.Reason));
    }

    [Theory]
    [InlineData("", "", "no VPA has TaskClass heavy as its target")]
    [InlineData("\"targetRef\": {\"apiVersion\": \"executor.dev/v1alpha1\", \"kind\": \"TaskClass\", \"name\": \"light\"}", "", "no VPA has")]
    [InlineData("\"targetRef\": {\"apiVersion\": \"other.dev/v1\", \"kind\": \"TaskClass\", \"name\": \"heavy\"}", "", "no VPA has")]
    [InlineData("\"targetRef\": {\"apiVersion\": \"batch/v1\", \"kind\": \"Job\", \"name\": \"heavy\"}", "", "no VPA has")]
    [InlineData(Target, "", "VPA heavy-vpa recommends nothing yet")]
    [InlineData(Target, "\"conditions\": [{\"type\": \"RecommendationProvided\", \"status\": \"False\", \"message\": \"no pods match\"}]", "recommends nothing yet: no pods match")]
    [InlineData(Target, IsProvided, "recommends nothing for the container task")]
    [InlineData(Target, IsProvided + ", \"recommendation\": {\"containerRecommendations\": [{\"containerName\": \"task\", \"target\": {\"memory\": \"0\"}}]}", "recommends nothing for the container task")]
    public void Where_nothing_is_recommended_the_reason_says_why(string spec, string status, string reason)
    {
        var recommendation = VpaReading.Recommendation("heavy", "task", [Vpa(spec, status)]);
        Assert.Equal((null, null), (recommendation.MemoryBytes, recommendation.CpuMillicores));
        Assert.Contains(reason, recommendation.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_VPAs_of_one_class_contradict_each_other()
    {
        var recommendation = VpaReading.Recommendation("heavy", "task", [Vpa(Target, IsProvided), Vpa(Target, IsProvided)]);
        Assert.Contains("2 VPAs have TaskClass heavy as their target", recommendation.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_alone_is_a_recommendation_and_absurd_amounts_are_bounded()
    {
        var vpa = Vpa(Target, IsProvided + ", \"recommendation\": {\"containerRecommendations\": [{\"containerName\": \"task\", \"target\": {\"memory\": \"7Ei\", \"cpu\": \"9E\"}}]}");
        var recommendation = VpaReading.Recommendation("heavy", "task", [vpa]);
        Assert.Equal((7L << 60, int.MaxValue), (recommendation.MemoryBytes, recommendation.CpuMillicores));

        var memory = VpaReading.Recommendation("heavy", "task",
            [Vpa(Target, IsProvided + ", \"recommendation\": {\"containerRecommendations\": [{\"containerName\": \"task\", \"target\": {\"memory\": \"1Mi\"}}]}")]);
        Assert.Equal((1L << 20, null), (memory.MemoryBytes, memory.CpuMillicores));
    }

    private static VerticalPodAutoscaler Vpa(string spec, string status) => KubernetesJson.Deserialize(
        Encoding.UTF8.GetBytes($$$"""
            {"apiVersion": "autoscaling.k8s.io/v1", "kind": "VerticalPodAutoscaler", "metadata": {"name": "heavy-vpa"}, "spec": {{{{spec}}}}, "status": {{{{status}}}}}
            """),
        TaskClassResources.Autoscalers);
}
