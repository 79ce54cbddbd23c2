using System.Globalization;
using System.Text.Json.Nodes;
using Executor.TestKit.Kubernetes;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Client;

/// <summary>The etcd of the lab's cluster, which listens on the loopback address of its machine alone: it is spoken to from within that machine's network.</summary>
internal static class LabEtcd
{
    /// <summary>Makes etcd forget all versions but the newest. Lists in pages and watches of others go on after a 410, as they must.</summary>
    public static async Task CompactAsync(CancellationToken cancellationToken)
    {
        var status = await PostAsync("v3/maintenance/status", "{}", cancellationToken);
        var revision = long.Parse((string)status["header"]!["revision"]!, CultureInfo.InvariantCulture);
        var answer = await PostAsync("v3/kv/compaction", $$"""{"revision": "{{revision}}"}""", cancellationToken);
        if (answer["error"] is { } error)
        {
            throw new InvalidOperationException($"etcd did not compact to {revision}: {error}");
        }
    }

    private static async Task<JsonNode> PostAsync(string path, string body, CancellationToken cancellationToken)
    {
        // The first word is the number of the machine's process 1.
        var init = await File.ReadAllTextAsync(Path.Combine(RealCluster.LabFolder, "control", "init"), cancellationToken);
        var program = Environment.IsPrivilegedProcess ? "nsenter" : "sudo";
        string[] enter = ["--target", init.Split(' ')[0], "--net", "curl", "--silent", "--show-error", "--data", body, $"http://127.0.0.1:2379/{path}"];
        var result = await RunningProgram.RunAsync(
            new ProgramStart(program, Environment.IsPrivilegedProcess ? enter : ["nsenter", .. enter]), cancellationToken);
        return result.ExitCode == 0
            ? JsonNode.Parse(result.Output)!
            : throw new InvalidOperationException($"etcd of the lab cannot be reached: {result.Error}");
    }
}
