using Executor.TestKit;

namespace Cluster.Tests.Harness;

/// <summary>Where <c>kubectl</c> is: on the path, or in the lab.</summary>
internal static class Kubectl
{
    /// <summary>Its full path. Where there is none, the calling test is skipped, or fails if parts are required.</summary>
    public static string Path => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Where(folder => folder.Length > 0)
        .Select(folder => System.IO.Path.Combine(folder, "kubectl"))
        .FirstOrDefault(File.Exists)
        ?? ExternalPart.Locate("kubectl");
}
