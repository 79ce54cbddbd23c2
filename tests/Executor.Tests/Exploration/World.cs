using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Executor.Driving;
using Executor.Launching;
using Executor.Scheduling;
using Executor.Shuffle.Engine.Records;

namespace Executor.Tests.Exploration;

/// <summary>A promise of the protocol is broken in a world.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);

/// <summary>Something that can happen next.</summary>
/// <param name="Name">What it is, for traces.</param>
/// <param name="Apply">The world after it.</param>
/// <param name="IsFault">True if it goes wrong: nobody may rely on its happening.</param>
internal readonly record struct Step(string Name, Func<World> Apply, bool IsFault = false);

/// <summary>
/// A state of the small world: drivers, attempts, store pods, objects. The scheduler, the journal, the driver's logic, the windows, segments,
/// commits, seals and readers in it are the product's; only the processes around them, which may die between any two calls, are made up.
/// A value: steps give other worlds.
/// </summary>
internal sealed partial class World
{
    private readonly Settings _settings;

    public World(Settings settings)
    {
        _settings = settings;
        Left = settings.Faults;
        Fold = new RunState(settings.Graph);
        Objects = ObjectMap.Empty.With(ObjectKeys.Marker(Settings.Run), []);
    }

    private World(World other)
    {
        _settings = other._settings;
        Objects = other.Objects;
        Attempts = other.Attempts;
        Pods = other.Pods;
        Drivers = other.Drivers;
        Left = other.Left;
        LostSegments = other.LostSegments;
        Launched = other.Launched;
        Started = other.Started;
        Outcomes = other.Outcomes;
        Ended = other.Ended;
        Fold = other.Fold;
        Entries = other.Entries;
        LatestEpoch = other.LatestEpoch;
        DriversStarted = other.DriversStarted;
        Late = other.Late;
    }

    public ObjectMap Objects { get; private set; }

    public ImmutableList<AttemptNode> Attempts { get; private set; } = [];

    public ImmutableArray<PodNode> Pods { get; private set; } = [PodNode.Empty(0), PodNode.Empty(1)];

    public ImmutableArray<DriverNode?> Drivers { get; private set; } = [null, null];

    public Faults Left { get; private set; }

    public ImmutableHashSet<string> LostSegments { get; private set; } = [];

    /// <summary>Attempts that the journal launched.</summary>
    public ImmutableHashSet<AttemptRef> Launched { get; private set; } = [];

    /// <summary>Attempts that were started.</summary>
    public ImmutableHashSet<AttemptRef> Started { get; private set; } = [];

    /// <summary>Attempts of which the journal holds an outcome.</summary>
    public ImmutableHashSet<AttemptRef> Outcomes { get; private set; } = [];

    /// <summary>Attempts that have ended and are not released, where that leaves anything.</summary>
    public ImmutableSortedDictionary<AttemptRef, AttemptFacts> Ended { get; private set; } =
        ImmutableSortedDictionary.Create<AttemptRef, AttemptFacts>(ByName);

    /// <summary>What the whole journal says.</summary>
    public RunState Fold { get; private set; }

    public long Entries { get; private set; }

    public long LatestEpoch { get; private set; } = -1;

    public int DriversStarted { get; private set; }

    /// <summary>Writes that were given up and may be carried out still.</summary>
    public ImmutableList<LateWrite> Late { get; private set; } = [];

    public RunOutcome? Outcome => Fold.Finished;

    public IReadOnlyList<Step> Steps() => [.. DriverSteps(), .. AttemptSteps(), .. PodSteps(), .. LossSteps(), .. LateSteps()];

    /// <summary>A hash of all that the future depends on.</summary>
    public UInt128 Key()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        Fold.WriteTo(output);
        var text = new StringBuilder(1024);
        text.Append(CultureInfo.InvariantCulture, $"{Objects.DataHash} {Left}\n");
        text.AppendJoin(',', LostSegments.Order(StringComparer.Ordinal)).Append('\n');
        text.AppendJoin(',', Started.Order(ByName).Select(Text)).Append('\n');
        text.AppendJoin(',', Ended.Select(ended => $"{Text(ended.Key)} {Text(ended.Value)}")).Append('\n');
        text.AppendJoin('\n', Attempts.Select(attempt => attempt.ToString()).Order(StringComparer.Ordinal)).Append('\n');

        text.AppendJoin(',', Late.Where(MayBeCarriedOut).Select(Text).Order(StringComparer.Ordinal)).Append('\n');
        foreach (var pod in Pods)
        {
            text.Append(pod.Window()).Append('|');
            text.AppendJoin(',', pod.InFlight.Select(cut => $"{cut.Cut.Number} {cut.Segment} {cut.IsStored}")).Append('\n');
        }

        // Which of two drivers is the first does not matter.
        foreach (var driver in Drivers.Select(DescribeDriver).Order(StringComparer.Ordinal))
        {
            text.Append(driver).Append('\n');
        }

        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
        return Hashing.Of(output.WrittenSpan);
    }

    private static readonly Comparer<AttemptRef> ByName = Comparer<AttemptRef>.Create((a, b) =>
        (a.Task, a.Index, a.Generation, a.Attempt).CompareTo((b.Task, b.Index, b.Generation, b.Attempt)));

    private static string Text(AttemptRef attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{(attempt.Task == 0 ? 'p' : 'c')}[{attempt.Index}].{attempt.Generation}.{attempt.Attempt}");

    private static string Text(AttemptFacts facts) => string.Create(CultureInfo.InvariantCulture, $"{(facts.Cancelled ? "cancelled" : facts.ExitCode)}");

    private string DescribeDriver(DriverNode? driver)
    {
        if (driver is null)
        {
            return "-";
        }

        if (IsOvertaken(driver))
        {
            // A driver with acts to come when its entry is known to stand is not the same as one that has them already.
            var waiting = EntryStands(driver) ? driver.AfterEntry : [];
            return $"{Describe(driver.Acts)} then {Describe(waiting)}";

            static string Describe(IEnumerable<Act> acts) => string.Join(
                ',',
                acts.Where(act => act.Effect is StartEffect or SealEffect or CancelEffect or ReleaseEffect).Select(act => act.Text).Order(StringComparer.Ordinal));
        }

        var output = new ArrayBufferWriter<byte>(1024);
        driver.Core?.WriteTo(output);
        if (driver.Core is null)
        {
            driver.State.WriteTo(output);
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{driver.Stage} {driver.Position.Next - Entries} {Hashing.Of(output.WrittenSpan)} ");
        text.AppendJoin(',', driver.Existing.Order(ByName).Select(Text)).Append(' ').AppendJoin(',', driver.Winners.Order(ByName).Select(Text)).Append(' ');
        text.Append(driver.Entry is null ? 0 : Hashing.Of(driver.Entry)).Append(' ');
        text.AppendJoin(',', driver.AfterEntry.Select(act => act.Text)).Append(' ').AppendJoin(',', driver.Acts.Select(act => act.Text).Order(StringComparer.Ordinal));
        text.Append(' ').AppendJoin(',', driver.Inbox.Select(news => news.Name).Order(StringComparer.Ordinal));
        text.Append(' ').AppendJoin(',', driver.Stood.Order());
        return text.ToString();
    }

    private Step Fault(string name, Func<Faults, Faults> pay, Action<World> change) => new(
        name,
        () => Change(next =>
        {
            next.Left = pay(Left);
            change(next);
        }),
        IsFault: true);

    private Step Crash(string name, Action<World> change) => Fault(name, left => left with { Crashes = left.Crashes - 1 }, change);

    private Step GiveUp(string name, Action<World> change) =>
        Fault(name, left => left with { LateWrites = left.LateWrites - 1 }, change);

    private Step LoseAnswer(string name, Action<World> change) =>
        Fault(name, left => left with { LostAnswers = left.LostAnswers - 1 }, change);

    private World Change(Action<World> change)
    {
        var next = new World(this);
        change(next);
        return next;
    }

    // What is done to the objects by the product's own code, as far as it came.
    private T Call<T>(Func<WorldRecords, Task<T>> call, int cutAfter = -1, int givesUpAfter = -1, string? hidden = null, DriverNode? driver = null)
    {
        var objects = new WorldObjects(Objects, cutAfter, _settings.Broken == BrokenRule.OverwriteCommits, givesUpAfter, hidden);
        try
        {
            return call(new WorldRecords(objects)).GetAwaiter().GetResult();
        }
        finally
        {
            Objects = objects.Map;
            Late = objects.GivenUp is { } given ? Late.Add(given with { Driver = driver }) : Late;
        }
    }

    private void Set(DriverNode node, DriverNode? after) => Drivers = Drivers.SetItem(node.Number, after);

    private void Replace(AttemptNode node, AttemptNode after) => Attempts = Attempts.Replace(node, after);

    private static void Promise(bool holds, string promise)
    {
        if (!holds)
        {
            throw new BrokenPromiseException(promise);
        }
    }
}
