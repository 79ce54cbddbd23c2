using Executor.Contracts.Identity;
using Executor.Launching;

namespace Executor.Driving;

/// <summary>
/// Attempts that a driver found when it took over and whose tasks or instances its plan no longer has. They are asked to end, and released once
/// they have ended and this driver has appended: had a later driver launched them, the append would have been refused. Not thread-safe.
/// </summary>
internal sealed class DepartedAttempts(ILauncher launcher)
{
    private readonly HashSet<AttemptId> _found = [];
    private readonly List<(AttemptId Attempt, PlatformCause? Cause)> _ended = [];
    private bool _appended;

    /// <summary>Asks them to end.</summary>
    public async Task EndAsync(IReadOnlyCollection<AttemptId> found, CancellationToken cancellationToken)
    {
        foreach (var attempt in found)
        {
            _found.Add(attempt);
            await launcher.CancelAsync(attempt, immediately: false, cancellationToken);
        }
    }

    /// <summary>An attempt that the plan does not have was seen to have ended.</summary>
    public void Ended(AttemptId attempt, AttemptFacts facts)
    {
        if (_found.Remove(attempt))
        {
            _ended.Add((attempt, facts.Platform?.Cause));
            ReleaseEnded();
        }
    }

    /// <summary>This driver has appended to the journal since it took over.</summary>
    public void Appended()
    {
        _appended = true;
        ReleaseEnded();
    }

    private void ReleaseEnded()
    {
        if (_appended)
        {
            _ended.ForEach(ended => launcher.Release(ended.Attempt, ended.Cause));
            _ended.Clear();
        }
    }
}
