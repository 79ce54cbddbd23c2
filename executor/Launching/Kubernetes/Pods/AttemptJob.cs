namespace Executor.Launching.Kubernetes.Pods;

/// <summary>The Job of an attempt, ready to be sent.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DescriptorHash">What it says of its descriptor in <see cref="KubernetesLabels.DescriptorHash"/>.</param>
/// <param name="Body">The whole Job, JSON in UTF-8.</param>
/// <param name="PodBody">Its pod as <see cref="JobFactory.PodOf"/> makes it, JSON in UTF-8, by the UID that the server gave the Job.</param>
internal sealed record AttemptJob(string Name, string DescriptorHash, ReadOnlyMemory<byte> Body, Func<string, ReadOnlyMemory<byte>> PodBody);
