using Executor.Contracts.Reporting;

namespace Executor.Cluster;

/// <summary>The variables that say to an executor in a pod what options say on a command line; the chart and the driver's Job set them.</summary>
internal static class ClusterVariables
{
    /// <summary><c>local</c> or <c>kubernetes</c>.</summary>
    public const string Backend = "EXECUTOR_BACKEND";

    /// <summary>The value of <see cref="Backend"/> for a cluster.</summary>
    public const string Kubernetes = "kubernetes";

    /// <summary>The namespace.</summary>
    public const string NamespaceName = "EXECUTOR_NAMESPACE";

    /// <summary>The store's address in the cluster.</summary>
    public const string Store = "EXECUTOR_STORE";

    /// <summary>A file with the store's master key.</summary>
    public const string StoreKeyFile = "EXECUTOR_STORE_KEY_FILE";

    /// <summary>The name that the store's certificate is for; runners have a variable of the same name.</summary>
    public const string StoreServerName = EnvironmentNames.StoreServerName;

    /// <summary>What the product's images are named below.</summary>
    public const string Registry = "EXECUTOR_IMAGE_REGISTRY";

    /// <summary>The product's images' tag.</summary>
    public const string Tag = "EXECUTOR_IMAGE_TAG";

    /// <summary>The image with the runner.</summary>
    public const string RunnerImage = "EXECUTOR_RUNNER_IMAGE";

    /// <summary>The image of .NET tasks.</summary>
    public const string DotnetImage = "EXECUTOR_DOTNET_IMAGE";

    /// <summary>The image of the driver.</summary>
    public const string DriverImage = "EXECUTOR_DRIVER_IMAGE";

    /// <summary>The image of the store.</summary>
    public const string StoreImage = "EXECUTOR_STORE_IMAGE";

    /// <summary>The image of commands and scripts whose task names none.</summary>
    public const string DefaultImage = "EXECUTOR_IMAGE";

    /// <summary>When images are pulled.</summary>
    public const string PullPolicy = "EXECUTOR_IMAGE_PULL_POLICY";

    /// <summary>Secrets with credentials for registries, joined by commas.</summary>
    public const string PullSecrets = "EXECUTOR_IMAGE_PULL_SECRETS";

    /// <summary>The CPU of a driver's pod, a quantity; 500m if not set.</summary>
    public const string DriverCpu = "EXECUTOR_DRIVER_CPU";

    /// <summary>The memory of a driver's pod, a quantity; 512Mi if not set.</summary>
    public const string DriverMemory = "EXECUTOR_DRIVER_MEMORY";

    /// <summary>The pod that the executor runs in.</summary>
    public const string PodName = "EXECUTOR_POD_NAME";

    /// <summary>That pod's UID.</summary>
    public const string PodUid = "EXECUTOR_POD_UID";
}
