namespace Executor.Cluster;

/// <summary>Something in the cluster is missing or not as it has to be.</summary>
/// <param name="message">What was found, what was expected, and what to do.</param>
/// <param name="innerException">The cause, if there is one.</param>
internal sealed class ClusterException(string message, Exception? innerException = null) : Exception(message, innerException);
