namespace Executor.Kubernetes.Client;

/// <summary>
/// Tells refusals of admission plugins by their text, which is all that the API marks them by. The texts have stood since 1.2; controllers repeat them in
/// their events.
/// </summary>
public static class AdmissionMessages
{
    private static readonly string[] LimitedKinds = ["Container", "Pod", "PersistentVolumeClaim"];

    /// <summary>True for a refusal of the quota plugin: there is no room now, or the quota is so new that nobody has counted yet.</summary>
    public static bool TellOfQuota(string? message) => Says(message, "exceeded quota:") || Says(message, "status unknown for quota:");

    /// <summary>True for a refusal of the limit range plugin: what is asked for is more or less than the namespace allows one to have.</summary>
    public static bool TellOfLimitRange(string? message) =>
        LimitedKinds.Any(kind => Says(message, $" usage per {kind} is ")) || Says(message, " max limit to request ratio per ");

    private static bool Says(string? message, string text) => message?.Contains(text, StringComparison.Ordinal) == true;
}
