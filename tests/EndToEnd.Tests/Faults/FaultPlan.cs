using System.Globalization;

namespace EndToEnd.Tests.Faults;

/// <summary>What is killed, and when: all of it a function of a seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Standalone">True if the store is a process of its own; else it is inside the executor and dies with it.</param>
/// <param name="Faults">What happens, in order.</param>
public sealed record FaultPlan(int Seed, bool Standalone, IReadOnlyList<Fault> Faults)
{
    private static readonly Victim[] Victims = Enum.GetValues<Victim>();
    private static readonly Moment[] Moments = Enum.GetValues<Moment>();

    /// <summary>
    /// The plan of a seed. Seeds that follow each other go through all victims, and for each one through all moments, so that a few dozen
    /// rounds cover every pair.
    /// </summary>
    public static FaultPlan Of(int seed)
    {
        var random = new Random(seed);
        var place = (uint)seed;
        var victim = Victims[place % Victims.Length];
        var moment = Moments[place / Victims.Length % Moments.Length];
        var faults = new List<Fault> { Make(random, victim, moment) };
        while (faults.Count < 4 && random.Next(5) < 2)
        {
            faults.Add(Make(random, Victims[random.Next(Victims.Length)], Moments[random.Next(Moments.Length)]));
        }

        return new FaultPlan(seed, random.Next(2) == 0 || faults.Any(fault => fault.Victim == Victim.Store), faults);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}, {(Standalone ? "standalone" : "embedded")} store: {string.Join(", then ", Faults)}");

    // The most of each that an undisturbed run comes to, so that most faults strike before its end.
    private static Fault Make(Random random, Victim victim, Moment moment) => new(
        victim,
        moment,
        moment switch
        {
            Moment.Time => random.Next(1, 4000),
            Moment.JournalEntries => random.Next(1, 18),
            Moment.Attempts => random.Next(1, 5),
            Moment.Segments => random.Next(1, 12),
            Moment.Commits => random.Next(1, FaultWorkflow.Instances),
            _ => random.Next(1, 4),
        },
        TimeSpan.FromMilliseconds(random.Next(2) == 0 ? 0 : random.Next(300)),
        TimeSpan.FromMilliseconds(random.Next(3) switch { 0 => 0, 1 => random.Next(200), _ => random.Next(2000) }));
}

/// <summary>One kill.</summary>
/// <param name="Victim">What is killed.</param>
/// <param name="Moment">What is waited for.</param>
/// <param name="Count">How much of it.</param>
/// <param name="Delay">How long after that.</param>
/// <param name="Absence">How long a store or an executor stays away.</param>
public sealed record Fault(Victim Victim, Moment Moment, int Count, TimeSpan Delay, TimeSpan Absence)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"kill the {Victim} {Delay.TotalMilliseconds:0} ms after {Moment} {Count}{(Victim == Victim.Runner ? "" : $", back after {Absence.TotalMilliseconds:0} ms")}");
}

/// <summary>What can be killed.</summary>
public enum Victim
{
    /// <summary>One of the task runners.</summary>
    Runner,

    /// <summary>The store's process.</summary>
    Store,

    /// <summary>The executor, and with it an embedded store.</summary>
    Executor,
}

/// <summary>What a kill waits for; all but the first are steps of docs/protocol.md.</summary>
public enum Moment
{
    /// <summary>So many milliseconds since the round began.</summary>
    Time,

    /// <summary>So many entries in the journal.</summary>
    JournalEntries,

    /// <summary>So many attempts alive at once.</summary>
    Attempts,

    /// <summary>So many segments written.</summary>
    Segments,

    /// <summary>So many commits.</summary>
    Commits,

    /// <summary>So many seals.</summary>
    Seals,
}
