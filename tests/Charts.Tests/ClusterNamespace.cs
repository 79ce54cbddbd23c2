using System.Text.Json.Nodes;
using Executor.TestKit;
using Executor.TestKit.Processes;

namespace Charts.Tests;

/// <summary>
/// A namespace of its own in the cluster of <c>EXECUTOR_TEST_KUBECONFIG</c>, else of <c>KUBECONFIG</c>, else of <c>scripts/cluster up</c>, gone
/// with this object. Where no cluster answers, the calling test is skipped, or fails if parts are required.
/// </summary>
internal sealed class ClusterNamespace : IAsyncDisposable
{
    private readonly string _kubectl;
    private readonly string _kubeconfig;

    private ClusterNamespace(string kubectl, string kubeconfig)
    {
        _kubectl = kubectl;
        _kubeconfig = kubeconfig;
    }

    public string Name { get; } = $"charts-{Guid.NewGuid().ToString("n")[..8]}";

    /// <summary>The server's version without <c>v</c>, as in <c>1.20.2</c>.</summary>
    public string Version { get; private set; } = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<ClusterNamespace> CreateAsync()
    {
        var lab = Environment.GetEnvironmentVariable("EXECUTOR_LAB")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "executor-lab");
        var kubeconfig = new[] { "EXECUTOR_TEST_KUBECONFIG", "KUBECONFIG" }.Select(Environment.GetEnvironmentVariable).FirstOrDefault(path => path is { Length: > 0 })
            ?? Path.Combine(lab, "cluster", "pki", "admin.conf");
        var kubectl = Path.Combine(lab, "bin", "kubectl");
        var cluster = new ClusterNamespace(File.Exists(kubectl) ? kubectl : "kubectl", kubeconfig);
        var version = File.Exists(kubeconfig) ? await cluster.TryAsync("version", "--output=json", "--request-timeout=10s") : null;
        if (version is not { ExitCode: 0 })
        {
            ExternalPart.Missing($"no cluster answers by {kubeconfig}; scripts/cluster up brings one\n{version?.Error}");
        }

        cluster.Version = JsonNode.Parse(version!.Output)!["serverVersion"]!["gitVersion"]!.GetValue<string>().TrimStart('v');
        await cluster.KubectlAsync("create", "namespace", cluster.Name);
        return cluster;
    }

    /// <summary>Runs kubectl in the namespace and returns what it printed; fails the test where it fails.</summary>
    public async Task<string> KubectlAsync(params string[] arguments)
    {
        var result = await TryAsync(arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output.Trim();
    }

    /// <summary>Sends objects to the server.</summary>
    public Task<string> ApplyAsync(string objects, params string[] arguments) => InputAsync(objects, ["apply", "--filename=-", .. arguments]);

    /// <summary>Whether an account of the namespace may do something, by the server's word.</summary>
    public async Task<bool> MayAsync(string account, string verb, string resource) =>
        (await TryAsync("auth", "can-i", verb, resource, $"--as=system:serviceaccount:{Name}:{account}")).Output.Trim() == "yes";

    public async ValueTask DisposeAsync() => await TryAsync("delete", "namespace", Name, "--wait=false");

    private async Task<string> InputAsync(string input, string[] arguments)
    {
        var result = await RunningProgram.RunAsync(Start(arguments) with { Input = input }, Token);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output;
    }

    private Task<ProgramResult> TryAsync(params string[] arguments) => RunningProgram.RunAsync(Start(arguments), Token);

    private ProgramStart Start(string[] arguments) => new(_kubectl, ["--kubeconfig", _kubeconfig, "--namespace", Name, .. arguments]);
}
