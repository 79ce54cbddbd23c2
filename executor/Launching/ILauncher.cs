using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;

namespace Executor.Launching;

/// <summary>
/// The way to what runs attempts: processes of this machine, Jobs of a cluster, delegates in a test. It knows nothing of workflows, retries or
/// commits. Thread-safe.
/// </summary>
internal interface ILauncher : IAsyncDisposable
{
    /// <summary>The most attempts that it can usefully run at a time.</summary>
    int Capacity { get; }

    /// <summary>
    /// The most that a single attempt can ever be given, such as all of the largest node; null where that is not known. May change with time.
    /// </summary>
    ResourceLimits? Largest { get; }

    /// <summary>
    /// Starts an attempt, or adopts it where the same attempt was started already. Returns once that is certain.
    /// Throws <see cref="LaunchException"/> where it is not possible now or not possible at all.
    /// </summary>
    Task StartAsync(LaunchRequest request, CancellationToken cancellationToken);

    /// <summary>Asks an attempt to end; its end is observed as any other. An attempt that is not there is no error.</summary>
    Task CancelAsync(AttemptId attempt, bool immediately, CancellationToken cancellationToken);

    /// <summary>
    /// The attempts of a run that exist now, those of earlier executors too; with them those that have ended and were not released, if any is
    /// left of them: their ends are observed as any other.
    /// </summary>
    Task<IReadOnlyList<AttemptId>> ListAsync(string run, CancellationToken cancellationToken);

    /// <summary>
    /// Says that an attempt's end is on record, so that whatever is left of it outside may be taken away, and how it ended, where that is known: a
    /// launcher may start the instance's next attempt elsewhere after an end that was the infrastructure's. Returns at once and never fails;
    /// an attempt that is not there is no error, nor is one that was released before.
    /// </summary>
    void Release(AttemptId attempt, PlatformCause? cause);

    /// <summary>
    /// What happens to attempts, in the order in which it was seen; the same thing may be seen twice. One reader; ends when the launcher is
    /// disposed of.
    /// </summary>
    IAsyncEnumerable<Observation> ObserveAsync(CancellationToken cancellationToken);
}

/// <summary>What it takes to start an attempt.</summary>
/// <param name="Descriptor">What to run.</param>
/// <param name="RunKey">The run's key for the store; a secret.</param>
internal sealed record LaunchRequest(TaskDescriptor Descriptor, string RunKey);

/// <summary>Something seen of an attempt.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Facts">What is known.</param>
internal sealed record Observation(AttemptId Attempt, ObservedPhase Phase, AttemptFacts Facts);

/// <summary>Where an attempt stands, as seen from outside.</summary>
internal enum ObservedPhase
{
    /// <summary>It was accepted and waits.</summary>
    Pending,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It has ended, however; the commit record tells whether with success.</summary>
    Ended,
}

/// <summary>What a launcher can tell of an attempt; all of it is news, none of it proof.</summary>
internal sealed record AttemptFacts
{
    /// <summary>When it was seen, by the launcher's clock.</summary>
    public required DateTimeOffset Seen { get; init; }

    /// <summary>The runner's exit code, once it ended by itself.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the runner.</summary>
    public int? Signal { get; init; }

    /// <summary>The launcher or the kernel ended it for its memory.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>The executor asked it to end.</summary>
    public bool Cancelled { get; init; }

    /// <summary>The runner's last report.</summary>
    public TerminationReport? Report { get; init; }

    /// <summary>The node or machine it ran on.</summary>
    public string? Node { get; init; }

    /// <summary>What a cluster has said of its pod, once it has ended; null where there was no pod.</summary>
    public AttemptPlacement? Placement { get; init; }

    /// <summary>What the platform did to it, or why the platform could not start it; null where it ended by itself.</summary>
    public PlatformEnd? Platform { get; init; }

    /// <summary>
    /// Why an attempt that is pending does not run yet, in one sentence, such as the words of a cluster's scheduler; null if that is not known.
    /// Attempts that wait for the same reason should have the same sentence, for they are told of together.
    /// </summary>
    public string? Waiting { get; init; }

    /// <summary>A command with which a person looks further into an attempt that has failed, in one line for a shell; null where there is none.</summary>
    public string? Advice { get; init; }
}

/// <summary>An end that was the platform's doing.</summary>
/// <param name="Cause">What happened.</param>
/// <param name="Message">One sentence for people, with the platform's own words where it has any.</param>
internal sealed record PlatformEnd(PlatformCause Cause, string Message);

/// <summary>What a platform may do to an attempt.</summary>
internal enum PlatformCause
{
    /// <summary>It had to leave its node: an eviction, a drain, a node short of memory or disk.</summary>
    Evicted,

    /// <summary>It had to leave because it used more disk than it may.</summary>
    StorageExceeded,

    /// <summary>It had to make room for something of higher priority.</summary>
    Preempted,

    /// <summary>Its node is gone, or answers no longer.</summary>
    NodeLost,

    /// <summary>Somebody deleted it.</summary>
    Deleted,

    /// <summary>Its image cannot be had.</summary>
    ImagePull,

    /// <summary>What it was described with does not exist or cannot be used: a secret, a volume, a command.</summary>
    InvalidConfiguration,

    /// <summary>A container of its own that runs before it has failed.</summary>
    InitFailed,

    /// <summary>No node has had room for it for too long.</summary>
    Unschedulable,

    /// <summary>It has a node, and has not started there for too long.</summary>
    StartTimeout,

    /// <summary>Its node refused it, or failed to start it; another node or a later try may do.</summary>
    StartFailed,

    /// <summary>It ran out of the time that the platform gives it.</summary>
    DeadlineExceeded,

    /// <summary>It asks for more than the largest node has.</summary>
    Infeasible,

    /// <summary>It is gone, and nothing tells why.</summary>
    Vanished,
}

/// <summary>An attempt that could not be started.</summary>
/// <param name="hold">True if it may be possible later and nothing is wrong with the task; false if it never will be.</param>
/// <param name="message">One sentence for people.</param>
/// <param name="innerException">The cause, if there is one.</param>
internal sealed class LaunchException(bool hold, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>True if the launch is to be tried again later at no cost to the task.</summary>
    public bool Hold { get; } = hold;

    /// <summary>How long the backend wants to be left alone, such as a server's <c>Retry-After</c>; null if it does not say. Of a hold.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
