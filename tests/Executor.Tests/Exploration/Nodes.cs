using System.Collections.Immutable;
using Executor.Driving;
using Executor.Journaling;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Engine.Ingest;

namespace Executor.Tests.Exploration;

internal enum AttemptStage
{
    /// <summary>Nothing is sent, or all of it has to be sent again.</summary>
    New,

    /// <summary>The block is sent and not acknowledged.</summary>
    Sent,

    /// <summary>All is durable, or read: it may commit.</summary>
    Ready,
}

/// <summary>One incarnation of an attempt.</summary>
internal sealed record AttemptNode(AttemptRef Attempt, string Incarnation)
{
    public AttemptStage Stage { get; init; }

    /// <summary>The store pod that it talks to.</summary>
    public int Pod { get; init; }

    public int Stream { get; init; } = -1;

    public string? Segment { get; init; }

    /// <summary>A consumer's: the seal's generation that it reads.</summary>
    public int SealGeneration { get; init; }

    /// <summary>A consumer's: what it reads of a partition; null if it reads everything.</summary>
    public InstanceSlice? Slice { get; init; }

    /// <summary>A consumer's: what it has read.</summary>
    public string? Rows { get; init; }

    public bool CancelAsked { get; init; }

    public override string ToString() =>
        $"{Attempt.Task}{Row} {(int)Stage} {Pod} {Stream} {Segment} {SealGeneration} {Slice?.Sources} {Rows} {(CancelAsked ? 'c' : '-')}";

    /// <summary>The payload of a producer's one block: who wrote it.</summary>
    public string Row => $"p{Attempt.Index}g{Attempt.Generation}a{Attempt.Attempt}{Incarnation}";
}

/// <summary>A store pod: the calls that its window has had since it was last empty, and its segments on their way.</summary>
internal sealed record PodNode(int Number, ImmutableList<Action<IngestWindow<string>>> Calls, ImmutableList<InFlight> InFlight)
{
    public static PodNode Empty(int number) => new(number, [], []);

    public IngestWindow<string> Window()
    {
        var window = new IngestWindow<string>(1 << 20);
        foreach (var call in Calls)
        {
            call(window);
        }

        return window;
    }

    public PodNode After(Action<IngestWindow<string>> call)
    {
        var next = this with { Calls = Calls.Add(call) };
        var window = next.Window();
        return window is { OpenStreams: 0, PendingBlocks: 0, InFlightCuts: 0 } ? next with { Calls = [] } : next;
    }
}

/// <summary>A cut window on its way into the object store.</summary>
internal sealed record InFlight(WindowCut<string> Cut, string Segment, byte[] Content, bool IsStored);

/// <summary>A write that was given up by its caller, and is on its way to the object store still.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Content">Its content.</param>
/// <param name="Driver">The driver that it is of, in the state that it was made in, if it is an entry of the journal.</param>
internal sealed record LateWrite(string Key, byte[] Content, DriverNode? Driver = null);

internal enum DriverStage
{
    Reading,
    Opening,
    Listing,
    Finding,
    Live,
}

/// <summary>An effect with what it needs of the state that it was decided in.</summary>
internal sealed record Act(Effect Effect, int SealGeneration, ImmutableArray<int> Generations)
{
    /// <summary>Of the start of a consumer: what it reads of a partition.</summary>
    public InstanceSlice? Slice { get; init; }

    public string Text { get; } = Effect switch
    {
        ReadCommitEffect read => $"read the commit after the end of {read.Attempt} ({read.Facts.ExitCode})",
        _ => $"{Effect}",
    };
}

/// <summary>News on the way to a driver.</summary>
internal sealed record News(string Name, Action<DriverCore> Tell)
{
    /// <summary>The attempt that has ended, if the news is that.</summary>
    public AttemptRef? Gone { get; init; }

    /// <summary>The attempt whose end, or whose commit after it, the news is about.</summary>
    public AttemptRef? About { get; init; }
}

/// <summary>A driver process.</summary>
internal sealed record DriverNode(int Number, string Nonce, RunState State)
{
    public DriverStage Stage { get; init; }

    public JournalPosition Position { get; init; } = new(-1, 0);

    public ImmutableArray<AttemptRef> Existing { get; init; } = [];

    public ImmutableArray<AttemptRef> Winners { get; init; } = [];

    public DriverCore? Core { get; init; }

    public byte[]? Entry { get; init; }

    public ImmutableList<Decision> Decisions { get; init; } = [];

    public ImmutableList<Act> AfterEntry { get; init; } = [];

    public ImmutableList<Act> Acts { get; init; } = [];

    public ImmutableList<News> Inbox { get; init; } = [];

    /// <summary>Instances and generations of which a commit stood when this driver learned that their attempt is gone.</summary>
    public ImmutableHashSet<(int Task, int Index, int Generation)> Stood { get; init; } = [];

    public bool Observes => Stage >= DriverStage.Listing;
}
