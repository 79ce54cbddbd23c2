using System.Text.Json.Nodes;
using Executor.Launching.Kubernetes.Pods;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Pods;

public sealed class PodTemplatePatchTests
{
    [Theory]
    [InlineData("""{"a": {"b": 1, "c": 2}}""", """{"a": {"b": 3}}""", """{"a": {"b": 3, "c": 2}}""")]
    [InlineData("""{"a": 1, "b": 2}""", """{"a": null}""", """{"b": 2}""")]
    [InlineData("""{}""", """{"a": {"b": null, "c": {"d": null}}}""", """{"a": {"c": {}}}""")]
    [InlineData("""{"a": "text"}""", """{"a": {"b": 1}}""", """{"a": {"b": 1}}""")]
    [InlineData("""{"command": ["a", "b"]}""", """{"command": ["c"]}""", """{"command": ["c"]}""")]
    [InlineData(
        """{"containers": [{"name": "task", "image": "i"}]}""",
        """{"containers": [{"name": "side", "image": "s"}, {"name": "task", "tty": true}]}""",
        """{"containers": [{"name": "task", "image": "i", "tty": true}, {"name": "side", "image": "s"}]}""")]
    [InlineData(
        """{"volumeMounts": [{"name": "a", "mountPath": "/x"}]}""",
        """{"volumeMounts": [{"name": "b", "mountPath": "/x"}, {"name": "a", "mountPath": "/y"}]}""",
        """{"volumeMounts": [{"name": "b", "mountPath": "/x"}, {"name": "a", "mountPath": "/y"}]}""")]
    [InlineData(
        """{"ports": [{"containerPort": 80}]}""",
        """{"ports": [{"containerPort": 80, "name": "web"}]}""",
        """{"ports": [{"containerPort": 80, "name": "web"}]}""")]
    [InlineData("""{"env": [{"name": "A", "value": "1"}]}""", """{"env": null}""", """{}""")]
    public void A_patch_is_laid_over_what_is_there(string target, string patch, string expected)
    {
        var result = JsonNode.Parse(target)!.AsObject();
        var change = JsonNode.Parse(patch)!.AsObject();
        PodTemplatePatch.Apply(result, change);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), result), result.ToJsonString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(patch), change), "the patch was changed");
    }
}
