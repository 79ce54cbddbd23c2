using Executor.Cluster;

namespace Executor.Running.Cluster;

/// <summary>Who a driver is, for the holder of a Lease: told to people who wait for it.</summary>
internal static class DriverIdentity
{
    /// <summary>The pod's or the machine's name with what makes it unique.</summary>
    public static string OfThisProcess()
    {
        var place = Environment.GetEnvironmentVariable(ClusterVariables.PodName) is { Length: > 0 } pod ? pod : Environment.MachineName;
        return $"{place}_{Guid.NewGuid():n}";
    }
}
