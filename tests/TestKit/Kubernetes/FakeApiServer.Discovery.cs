using System.Text.Json.Nodes;

namespace Executor.TestKit.Kubernetes;

/// <content>What the server says of itself.</content>
public sealed partial class FakeApiServer
{
    private JsonObject? Discovery(string path)
    {
        var (major, minor) = Options.Version;
        return path switch
        {
            "/version" => new JsonObject
            {
                ["major"] = $"{major}",
                ["minor"] = $"{minor}",
                ["gitVersion"] = $"v{major}.{minor}.0",
                ["platform"] = "linux/amd64",
            },
            "/apis" => new JsonObject
            {
                ["kind"] = "APIGroupList",
                ["apiVersion"] = "v1",
                ["groups"] = new JsonArray([.. Options.ApiGroups.Select(Group)]),
            },
            _ => null,
        };
    }

    private static JsonObject Group(string groupVersion)
    {
        var version = new JsonObject { ["groupVersion"] = groupVersion, ["version"] = groupVersion.Split('/')[1] };
        return new JsonObject
        {
            ["name"] = groupVersion.Split('/')[0],
            ["versions"] = new JsonArray(version),
            ["preferredVersion"] = version.DeepClone(),
        };
    }
}
