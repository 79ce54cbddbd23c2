using System.Globalization;

namespace Shuffle.Tests.Faults;

/// <summary>What a round does and what goes wrong in it: all of it a function of a seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Backend">Where the objects are.</param>
/// <param name="Skews">A store pod each: by how much its clock is wrong.</param>
/// <param name="Partitions">Partitions of the output.</param>
/// <param name="Attempts">The attempts in the order in which they start; one of each instance at least tries to commit.</param>
/// <param name="Parallelism">How many attempts are under way at a time.</param>
/// <param name="CreditBytes">What a writer may have unacknowledged.</param>
/// <param name="Linger">How long a window waits for other streams.</param>
/// <param name="ReadBytes">The length of one read of blocks.</param>
/// <param name="Faults">What goes wrong, each at a step of the protocol.</param>
/// <param name="ProxiedShare">The share of requests to S3 that go wrong on the way.</param>
/// <param name="Takeover">When a second driver takes over.</param>
public sealed record RoundPlan(
    int Seed,
    Backend Backend,
    IReadOnlyList<TimeSpan> Skews,
    int Partitions,
    IReadOnlyList<PlannedAttempt> Attempts,
    int Parallelism,
    int CreditBytes,
    TimeSpan Linger,
    int ReadBytes,
    IReadOnlyList<PlannedFault> Faults,
    double ProxiedShare,
    Takeover Takeover)
{
    private static readonly ProtocolStep[] Steps = Enum.GetValues<ProtocolStep>();
    private static readonly PodFault[] PodFaults = Enum.GetValues<PodFault>();

    // Their number has no divisor in common with that of pairs, so that each pair meets each backend in its turn. A request to S3 costs the most.
    private static readonly Backend[] Backends =
        [Backend.Memory, Backend.S3, Backend.Directory, Backend.Memory, Backend.Directory, Backend.S3, Backend.Directory];


    /// <summary>How many seeds that follow each other go through every fault at every step.</summary>
    public static int Pairs => Steps.Length * PodFaults.Length;

    /// <summary>Instances of the task.</summary>
    public int Instances => Attempts.Max(attempt => attempt.Index) + 1;

    /// <summary>
    /// The plan of a seed. Seeds that follow each other go through all steps, and for each one through all faults, and through the backends in turn, so
    /// that <see cref="Pairs"/> of them cover every pair.
    /// </summary>
    public static RoundPlan Of(int seed)
    {
        var random = new Random(seed);
        var place = (uint)seed;
        var faults = new List<PlannedFault> { Make(random, Steps[place % Steps.Length], PodFaults[place / Steps.Length % PodFaults.Length]) };
        while (faults.Count < 5 && random.Next(2) == 0)
        {
            faults.Add(Make(random, Steps[random.Next(Steps.Length)], PodFaults[random.Next(PodFaults.Length)]));
        }

        var backend = Backends[place % Backends.Length];
        var attempts = PlannedAttempt.Some(random, instances: random.Next(1, backend == Backend.S3 ? 3 : 5)).ToArray();
        random.Shuffle(attempts);
        return new RoundPlan(
            seed,
            backend,
            [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => TimeSpan.FromSeconds(random.Next(-300, 300)))],
            random.Next(1, 7),
            attempts,
            random.Next(1, 5),
            random.Next(3) switch { 0 when backend != Backend.S3 => 16 << 10, 1 => 256 << 10, _ => 16 << 20 },
            TimeSpan.FromMilliseconds(random.Next(0, 6)),
            backend == Backend.S3 ? 256 << 10 : 16 << 10,
            faults,
            backend == Backend.S3 ? random.Next(4) * 0.06 : 0,
            (Takeover)random.Next(Enum.GetValues<Takeover>().Length));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}: {Skews.Count} pods over {Backend}{(ProxiedShare > 0 ? $" with {ProxiedShare:P0} of requests going wrong" : "")}, {Instances} instances, {Attempts.Count} attempts, {Parallelism} at a time, "
        + $"{Partitions} partitions, credit {CreditBytes >> 10} KiB, clocks wrong by {string.Join(", ", Skews.Select(skew => $"{skew.TotalSeconds:0} s"))}, takeover: {Takeover}; {string.Join(", then ", Faults)}");

    // The most of each that an undisturbed round comes to, so that most faults strike before its end.
    private static PlannedFault Make(Random random, ProtocolStep step, PodFault fault) => new(
        step,
        fault,
        step switch
        {
            ProtocolStep.Marker or ProtocolStep.Schema or ProtocolStep.Seal => 1,
            ProtocolStep.Segment => random.Next(1, 7),
            ProtocolStep.Commit or ProtocolStep.Gather or ProtocolStep.SealRead => random.Next(1, 3),
            ProtocolStep.BlockRead => random.Next(1, 9),
            ProtocolStep.Upload => random.Next(100, 60_000),
            _ => random.Next(20, 20_000),
        });
}

/// <summary>What keeps the objects.</summary>
public enum Backend
{
    /// <summary>Memory.</summary>
    Memory,

    /// <summary>A folder.</summary>
    Directory,

    /// <summary>A bucket of a real S3 server.</summary>
    S3,
}

/// <summary>The steps of docs/protocol.md at which something goes wrong: requests to the object store by what they are for, and bytes of the wire.</summary>
public enum ProtocolStep
{
    /// <summary>The run's marker is made.</summary>
    Marker,

    /// <summary>The schema is agreed on.</summary>
    Schema,

    /// <summary>A segment is put.</summary>
    Segment,

    /// <summary>A commit is created.</summary>
    Commit,

    /// <summary>A commit is read: by a seal, or by whoever lost it.</summary>
    Gather,

    /// <summary>The seal is created.</summary>
    Seal,

    /// <summary>The seal is read.</summary>
    SealRead,

    /// <summary>A footer or blocks are read.</summary>
    BlockRead,

    /// <summary>So many bytes have gone to store pods.</summary>
    Upload,

    /// <summary>So many bytes have come from store pods.</summary>
    Download,
}

/// <summary>What goes wrong at a step.</summary>
public enum PodFault
{
    /// <summary>The pod is killed before its request is made; on the wire, before the bytes are passed on.</summary>
    KillBefore,

    /// <summary>The pod is killed when its request has been carried out; on the wire, behind the bytes.</summary>
    KillAfter,

    /// <summary>The pod is killed while its request is under way: it is carried out later. On the wire, half of the bytes are passed on.</summary>
    KillLate,

    /// <summary>The pod is asked to end, as by SIGTERM.</summary>
    Drain,

    /// <summary>The request fails and is never carried out; on the wire, the connection is cut before the bytes.</summary>
    Refuse,

    /// <summary>The request is carried out and its answer is lost; on the wire, the connection is cut behind the bytes.</summary>
    LoseAnswer,

    /// <summary>The request is given up and carried out later; on the wire, the connection is cut in the middle of the bytes.</summary>
    Late,

    /// <summary>No space is left for this write and some more; a read is refused. On the wire, all connections of the pod are cut.</summary>
    Full,
}

/// <summary>One fault.</summary>
/// <param name="Step">Where it strikes.</param>
/// <param name="Fault">What it does.</param>
/// <param name="Count">At the how manieth such request of all pods together, from 1, or behind how many bytes.</param>
public sealed record PlannedFault(ProtocolStep Step, PodFault Fault, int Count)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Fault} at {Step} {Count}");
}

/// <summary>One incarnation of an attempt.</summary>
/// <param name="Index">The instance.</param>
/// <param name="Attempt">The attempt's number.</param>
/// <param name="Incarnation">The incarnation.</param>
/// <param name="Ending">What it does with what it has written.</param>
public sealed record PlannedAttempt(int Index, int Attempt, string Incarnation, AttemptEnding Ending)
{
    internal static IEnumerable<PlannedAttempt> Some(Random random, int instances)
    {
        for (var index = 0; index < instances; index++)
        {
            var count = 1 + random.Next(3);
            for (var attempt = 1; attempt <= count; attempt++)
            {
                yield return new PlannedAttempt(index, attempt, "pod-a", (AttemptEnding)random.Next(Enum.GetValues<AttemptEnding>().Length));
                if (random.Next(4) == 0)
                {
                    yield return new PlannedAttempt(index, attempt, "pod-b", (AttemptEnding)random.Next(Enum.GetValues<AttemptEnding>().Length));
                }
            }
        }
    }
}

/// <summary>What an attempt does once it has written.</summary>
public enum AttemptEnding
{
    /// <summary>It commits.</summary>
    Commits,

    /// <summary>It commits, and commits again, as after a lost answer.</summary>
    CommitsTwice,

    /// <summary>It is killed in the middle of its blocks.</summary>
    DiesWriting,

    /// <summary>It is killed when everything is acknowledged.</summary>
    DiesBeforeCommit,
}

/// <summary>When a second driver opens the journal.</summary>
public enum Takeover
{
    /// <summary>Never.</summary>
    None,

    /// <summary>Before the first one has decided to seal, which must then be refused to it.</summary>
    BeforeTheDecision,

    /// <summary>After the first one has decided to seal, and died of it.</summary>
    AfterTheDecision,

    /// <summary>While the first one seals.</summary>
    Meanwhile,
}
