namespace Executor.Kubernetes.Config;

/// <summary>
/// The configuration cannot be used: a kubeconfig, a service account's files, or a credential plugin. The message says where, what was found and
/// what was expected; it holds no secrets.
/// </summary>
public sealed class KubeConfigException : Exception
{
    /// <summary>A failure with its one message.</summary>
    public KubeConfigException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with its cause.</summary>
    public KubeConfigException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
