using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;
using Executor.Kubernetes.Models;

namespace Executor.TestKit.Kubernetes;

/// <summary>
/// The Kubernetes that tests run against: of the kubeconfig that <c>EXECUTOR_TEST_KUBECONFIG</c> names, else <c>KUBECONFIG</c>, else of the lab
/// (<c>scripts/cluster up</c>). The user of the kubeconfig must be allowed to make namespaces and roles. One instance serves a test class or a test.
/// </summary>
public sealed class RealCluster : IDisposable
{
    private const string TestVariable = "EXECUTOR_TEST_KUBECONFIG";
    private const string UsualVariable = "KUBECONFIG";

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(20);

    private RealCluster(string kubeconfigPath, KubernetesClient client, VersionInfo version)
    {
        KubeconfigPath = kubeconfigPath;
        Client = client;
        Version = version;
    }

    /// <summary>The kubeconfig's file; several, separated by colons, where <c>KUBECONFIG</c> says so.</summary>
    public string KubeconfigPath { get; }

    /// <summary>A client with the kubeconfig's user.</summary>
    public KubernetesClient Client { get; }

    /// <summary>The server's version.</summary>
    public VersionInfo Version { get; }

    /// <summary>Whether it is the lab's own, whose machines a test may reach into.</summary>
    public bool IsLab => Path.GetFullPath(KubeconfigPath) == LabKubeconfigPath;

    /// <summary>This machine's address in the lab's network, which pods reach from their nodes; null where the cluster is not the lab's.</summary>
    public IPAddress? HostAddress => !IsLab ? null : NetworkInterface.GetAllNetworkInterfaces().Single(link => link.Name == "executor-lab")
        .GetIPProperties().UnicastAddresses.Select(address => address.Address).First(address => address.AddressFamily == AddressFamily.InterNetwork);

    /// <summary>The folder of the lab cluster's state.</summary>
    public static string LabFolder => Path.Combine(ExternalPart.Lab, "cluster");

    private static string LabKubeconfigPath => Path.GetFullPath(Path.Combine(LabFolder, "pki", "admin.conf"));

    /// <summary>
    /// Connects. Where no cluster is to be had the calling test is skipped with the reason, or fails if <c>EXECUTOR_TESTS_REQUIRE_PARTS=1</c>.
    /// A cluster that a variable names and that does not answer is as good as missing.
    /// </summary>
    public static async Task<RealCluster> ConnectAsync(CancellationToken cancellationToken)
    {
        var (path, variable) = Locate();
        if (variable is null && !File.Exists(path))
        {
            ExternalPart.Missing($"there is no Kubernetes: neither {TestVariable} nor {UsualVariable} is set, and {path} is missing; scripts/cluster up brings one");
        }

        try
        {
            using var probe = new KubernetesClient(Configuration(path), new KubernetesClientOptions { HeaderTimeout = AnswerLimit });
            var version = await probe.GetVersionAsync(cancellationToken);
            return new RealCluster(path, new KubernetesClient(Configuration(path)), version);
        }
        catch (Exception e) when (e is KubernetesException or KubeConfigException)
        {
            ExternalPart.Missing($"the Kubernetes of {path} ({variable ?? "the lab's own"}) does not answer: {e.Message}");
            throw;
        }
    }

    /// <summary>What a client needs, for a test to change before it makes one.</summary>
    public KubernetesClientConfiguration NewConfiguration() => Configuration(KubeconfigPath);

    /// <summary>A namespace of the calling test's own, with its service account ready; deleted when it is disposed of.</summary>
    public Task<TestNamespace> CreateNamespaceAsync(CancellationToken cancellationToken) => TestNamespace.CreateAsync(Client, cancellationToken);

    public void Dispose() => Client.Dispose();

    private static (string Path, string? Variable) Locate()
    {
        foreach (var variable in (string[])[TestVariable, UsualVariable])
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path)
            {
                return (path, variable);
            }
        }

        return (LabKubeconfigPath, null);
    }

    // Only the list of files that KUBECONFIG may be is read by kubectl's rules.
    private static KubernetesClientConfiguration Configuration(string path) =>
        KubernetesClientConfiguration.BuildConfigFromConfigFile(path == Environment.GetEnvironmentVariable(UsualVariable) ? null : path);
}
