namespace Executor.Kubernetes.LeaderElection;

/// <summary>Which lease to hold, and its times. Each must be shorter than the one before: duration, deadline, period.</summary>
public sealed record LeaderElectionConfig
{
    /// <summary>The lease's name.</summary>
    public required string Name { get; init; }

    /// <summary>Who holds it; must be unique among the candidates, such as a pod's name and UID.</summary>
    public required string Identity { get; init; }

    /// <summary>How long others wait after the last renewal that they saw. 15 s by default, in whole seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the holder tries to renew before it gives up. 10 s by default.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often to try. 2 s by default.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    internal void Validate()
    {
        if (LeaseDuration < TimeSpan.FromSeconds(1) || RenewDeadline >= LeaseDuration || RetryPeriod >= RenewDeadline || RetryPeriod <= TimeSpan.Zero)
        {
            throw new ArgumentException(
                $"found LeaseDuration {LeaseDuration}, RenewDeadline {RenewDeadline}, RetryPeriod {RetryPeriod}; "
                + "expected each to be shorter than the one before, and the first at least 1 s");
        }
    }
}
