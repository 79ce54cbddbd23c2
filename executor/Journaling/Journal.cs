using System.Runtime.CompilerServices;
using Executor.Contracts.Records;
using Executor.Scheduling;
using Executor.Shuffle.Channel;

namespace Executor.Journaling;

/// <summary>
/// The log of a run's decisions in the store (docs/protocol.md, "The journal and the epoch"). Every method makes each of its calls to the
/// store once: a failed call throws <see cref="ShuffleException"/>, and repeating the method with the same arguments is safe, also where an
/// earlier call took effect and only its answer was lost. For one caller at a time.
/// </summary>
internal sealed class Journal
{
    private const int ReadAhead = 16;
    private readonly IRunRecords _records;
    private readonly string _run;
    private readonly TaskGraph _graph;
    private readonly string _nonce;
    private readonly Action<Decision, DateTimeOffset>? _replayed;

    /// <summary>A driver's journal, not opened yet.</summary>
    /// <param name="records">Where the run's records are.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="graph">The plan's graph, for the names of tasks.</param>
    /// <param name="nonce">What tells this driver from any other: 128 random bits in hex.</param>
    /// <param name="replayed">Is told of every decision that is read, and when it was made by the clock of the driver that made it.</param>
    /// <param name="position">Where this driver is; not opened, and nothing read, if null.</param>
    public Journal(IRunRecords records, string run, TaskGraph graph, string nonce, Action<Decision, DateTimeOffset>? replayed = null, JournalPosition? position = null)
    {
        _records = records;
        _run = run;
        _graph = graph;
        _nonce = nonce;
        _replayed = replayed;
        Position = position ?? new JournalPosition(Epoch: -1, Next: 0);
    }

    /// <summary>Where this driver is.</summary>
    public JournalPosition Position { get; private set; }

    /// <summary>The number of this driver's opening entry; -1 before it is made.</summary>
    public long Epoch => Position.Epoch;

    /// <summary>The number that the next entry gets.</summary>
    public long Next => Position.Next;

    /// <summary>Reads the entries from a number on, in order, to the end; holds at most 16 of them in memory.</summary>
    /// <exception cref="JournalException">An entry is missing or cannot be read.</exception>
    public static async IAsyncEnumerable<JournalEntry> ReadAsync(
        IRunRecords records, string run, TaskGraph graph, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        var listed = from;
        await foreach (var key in records.ListAsync(run, RecordKeys.JournalEntries, cancellationToken))
        {
            listed = Math.Max(listed, SequenceOf(key) + 1);
        }

        var ahead = new Queue<Task<ReadOnlyMemory<byte>?>>();
        var asked = from;
        for (var sequence = from; ; sequence++)
        {
            while (asked < listed && ahead.Count < ReadAhead)
            {
                ahead.Enqueue(records.GetAsync(run, RecordKeys.JournalAt(asked++), cancellationToken));
            }

            // Behind what was listed another driver may have appended in the meantime.
            var value = await (ahead.Count > 0
                ? ahead.Dequeue()
                : records.GetAsync(run, RecordKeys.JournalAt(sequence), cancellationToken));
            if (value is null)
            {
                if (sequence < listed)
                {
                    throw new JournalException($"entry {sequence} of the journal of run {run} is missing, though there are later ones");
                }

                yield break;
            }

            asked = Math.Max(asked, sequence + 1);
            yield return JournalEntryFormat.Decode(value.Value.Span, sequence, graph);
        }
    }

    /// <summary>Takes in what was appended since the last call.</summary>
    /// <param name="state">Gets all decisions.</param>
    /// <param name="cancellationToken">Ends the reading; what was taken in stays so.</param>
    /// <exception cref="JournalException">An entry is missing or cannot be read.</exception>
    public async Task ReadToEndAsync(RunState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(state);
        await foreach (var entry in ReadAsync(_records, _run, _graph, Next, cancellationToken))
        {
            foreach (var decision in entry.Decisions)
            {
                state.Apply(decision, entry.Epoch);
                _replayed?.Invoke(decision, entry.At);
            }

            Position = Position with { Next = entry.Sequence + 1 };
        }
    }

    /// <summary>
    /// Tries to take over at the end that was read: from then on every earlier driver is fenced.
    /// </summary>
    /// <returns>False if somebody appended in the meantime: read to the end and try again.</returns>
    public async Task<bool> TryOpenAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var opening = new JournalEntry(Next, Next, _nonce, now, []);
        var standing = await CreateAsync(Next, JournalEntryFormat.Encode(opening, _graph), cancellationToken);
        if (standing is not null && standing.Nonce != _nonce)
        {
            return false;
        }

        Position = new JournalPosition(Epoch: Next, Next: Next + 1);
        return true;
    }

    /// <summary>Encodes decisions as the next entry. Append exactly these bytes, however often it takes.</summary>
    public ReadOnlyMemory<byte> Encode(IReadOnlyList<Decision> decisions, DateTimeOffset now) =>
        JournalEntryFormat.Encode(new JournalEntry(Next, Epoch, _nonce, now, decisions), _graph);

    /// <summary>Appends an entry.</summary>
    /// <param name="entry">From <see cref="Encode"/>.</param>
    /// <param name="cancellationToken">Ends the wait for the answer; whether the entry stands is then unknown.</param>
    /// <exception cref="FencedException">A later driver has taken over.</exception>
    public async Task AppendAsync(ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        var standing = await CreateAsync(Next, entry, cancellationToken);
        if (standing is not null && standing.Nonce != _nonce)
        {
            throw new FencedException(_run, Epoch, Next);
        }

        Position = Position with { Next = Next + 1 };
    }

    private static long SequenceOf(string key) =>
        long.TryParse(key.AsSpan(RecordKeys.JournalEntries.Length), System.Globalization.CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : throw new JournalException($"the key {key} is not that of a journal entry");

    private async Task<JournalEntry?> CreateAsync(long sequence, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        var standing = await _records.CreateAsync(_run, RecordKeys.JournalAt(sequence), entry, cancellationToken);
        return standing is { } value ? JournalEntryFormat.Decode(value.Span, sequence, _graph) : null;
    }
}

/// <summary>Where a driver is in a run's journal.</summary>
/// <param name="Epoch">The number of its opening entry; -1 before it is made.</param>
/// <param name="Next">The number that the next entry gets.</param>
internal readonly record struct JournalPosition(long Epoch, long Next);
