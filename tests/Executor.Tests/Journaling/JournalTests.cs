using System.Text;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Journaling;
using Executor.Launching;
using Executor.Outcomes;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Channel;
using Executor.Tests.Driving;
using Executor.Tests.Scheduling;
using Xunit;

namespace Executor.Tests.Journaling;

public sealed class JournalTests : IAsyncDisposable
{
    private const string Run = "r";
    private static readonly TaskGraph Graph = new(Plans.Chain(3, 2));
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 3, 0, 0, TimeSpan.Zero);
    private readonly MemoryRunRecords _records = new();

    private static AttemptPlacement Placement { get; } = new()
    {
        Node = "node1",
        PodUid = "4f1c",
        JobUid = "77aa",
        Qos = "Guaranteed",
        ImageDigest = "sha256:8dbb",
        Created = Now,
        Scheduled = Now,
        Initialized = Now.AddSeconds(2),
        Started = Now.AddSeconds(3),
        Finished = Now.AddSeconds(60),
    };

    private static IEnumerable<Decision> AllKinds =>
    [
        new RevisionDecision(0),
        new LaunchDecision(new AttemptRef(0, 2, 1, 3), 0xfedc_ba98_7654_3210, 5L << 40),
        new LaunchDecision(new AttemptRef(1, 1, 0, 1), 1, 1) { CpuMillicores = 250 },
        new OutcomeDecision(
            new AttemptRef(0, 2, 1, 3),
            new AttemptOutcome(AttemptCause.Failed, RetryCharge.Task, "a \"reason\"\nof two lines", 7, null),
            Final: true,
            new AttemptUsage { Started = Now, Ended = Now, CpuSeconds = 1.5, PeakMemoryBytes = 12 }),
        new OutcomeDecision(new AttemptRef(1, 0, 0, 1), OutcomeClassifier.Lost("vanished") with { Signal = 9 }, Final: false, null),
        new CommittedDecision(new AttemptRef(0, 1, 0, 1)),
        new CommittedDecision(new AttemptRef(0, 1, 0, 1)) { Placement = Placement },
        new OutcomeDecision(new AttemptRef(1, 0, 0, 1), OutcomeClassifier.Lost("vanished"), Final: false, null) { Placement = Placement with { Created = null, Finished = null } },
        new OutcomeDecision(new AttemptRef(1, 0, 0, 1), OutcomeClassifier.Lost("vanished"), Final: false, null) { Placement = new AttemptPlacement() },
        new RaiseDecision(1, 1, 4, RaiseCause.Upstream),
        new SealDecision(0, 2, 3),
        new UnsealDecision(0, 3),
        new CancelDecision(2, true),
        new FailDecision("lost for good"),
        new ResumeDecision(2),
        new FinishDecision(RunOutcome.Cancelled),
    ];

    [Fact]
    public void Every_kind_of_decision_survives_its_form()
    {
        var entry = new JournalEntry(5, 3, "nonce", Now, [.. AllKinds]);
        var read = JournalEntryFormat.Decode(JournalEntryFormat.Encode(entry, Graph), 5, Graph);
        Assert.Equal(entry.Decisions, read.Decisions);
        Assert.Equal((entry.Epoch, entry.Nonce, entry.At), (read.Epoch, read.Nonce, read.At));
    }

    [Fact]
    public void A_launch_of_a_task_that_is_not_sized_has_the_form_that_it_always_had()
    {
        var entry = new JournalEntry(5, 3, "nonce", Now, [new LaunchDecision(new AttemptRef(0, 2, 1, 3), 0xfedc_ba98_7654_3210, 5L << 40)]);
        Assert.Contains("\n[\"launch\",\"t0\",2,1,3,\"fedcba9876543210\",5497558138880]\n", Encoding.UTF8.GetString(JournalEntryFormat.Encode(entry, Graph)), StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_survive_their_form_and_mean_nothing_to_a_plan_that_splits_nothing()
    {
        var split = new TaskGraph(Plans.Of(Plans.Task("t0", 6), Plans.Task("t1", 1, 0).Splitting(0)));
        var choice = new SliceChoice(new OutputId("t0", "out"), 256L << 20, 9, 6, [new SplitPartition(0, [1, 4]), new SplitPartition(7, [3])]);
        var bytes = JournalEntryFormat.Encode(new JournalEntry(5, 3, "nonce", Now, [new SliceDecision(1, choice), new UnsliceDecision(1)]), split);

        var read = JournalEntryFormat.Decode(bytes, 5, split).Decisions;

        var slices = Assert.IsType<SliceDecision>(read[0]);
        Assert.Equal((1, choice.Over, choice.AboveBytes, choice.Partitions, choice.Sources), (slices.Task, slices.Choice.Over, slices.Choice.AboveBytes, slices.Choice.Partitions, slices.Choice.Sources));
        Assert.Equal(Enumerable.Range(0, 12).Select(choice.At), Enumerable.Range(0, slices.Choice.Instances).Select(slices.Choice.At));
        Assert.Equal(new UnsliceDecision(1), read[1]);
        Assert.Equal([new UnsliceDecision(1)], JournalEntryFormat.Decode(bytes, 5, new TaskGraph(Plans.Chain(6, 1))).Decisions);
    }

    [Theory]
    [InlineData("Succeeded,Failed,OutOfMemory,TimedOut,InvalidOutput,Configuration,InputLost,StoreUnavailable,Lost,Cancelled,Terminated")]
    [InlineData("Evicted,Preempted,NodeLost,Deleted,ImagePull,Unschedulable,StartTimeout,Infeasible")]
    public void An_outcome_is_written_by_its_causes_name_and_no_name_is_ever_taken_back(string names)
    {
        var line = (string name) => $$"""["outcome","t1",0,0,1,"{{name}}","Infrastructure",false,null,9,"gone",null]""";
        foreach (var name in names.Split(','))
        {
            var decision = new OutcomeDecision(
                new AttemptRef(1, 0, 0, 1), new AttemptOutcome(Enum.Parse<AttemptCause>(name), RetryCharge.Infrastructure, "gone", Signal: 9), false, null);
            var bytes = JournalEntryFormat.Encode(new JournalEntry(5, 3, "nonce", Now, [decision]), Graph);

            Assert.Equal(line(name), Encoding.UTF8.GetString(bytes).Split('\n')[1]);
            Assert.Equal([decision], JournalEntryFormat.Decode(bytes, 5, Graph).Decisions);
        }

        Assert.Equal(19, Enum.GetNames<AttemptCause>().Length);
    }

    [Fact]
    public void The_place_of_an_attempt_is_short_and_left_out_where_there_is_none()
    {
        var winner = new CommittedDecision(new AttemptRef(1, 0, 0, 2));
        var lines = Encoding.UTF8.GetString(JournalEntryFormat.Encode(new JournalEntry(7, 5, "n", Now, [winner, winner with { Placement = Placement }]), Graph)).Split('\n');
        Assert.Equal("""["committed","t1",0,0,2]""", lines[1]);
        Assert.Equal($"""["committed","t1",0,0,2,["node1","4f1c","77aa","Guaranteed",{Now.ToUnixTimeSeconds()},0,2,3,60,"sha256:8dbb"]]""", lines[2]);
    }

    [Fact]
    public void A_place_may_have_more_members_than_are_known()
    {
        var read = JournalEntryFormat.Decode(
            Entry("""["committed","t1",0,0,2,["node1",null,null,null,null,null,null,null,null,"sha256:1","more",[1,{"and":[]}]]]"""), 3, Graph);
        Assert.Equal([new CommittedDecision(new AttemptRef(1, 0, 0, 2)) { Placement = new AttemptPlacement { Node = "node1", ImageDigest = "sha256:1" } }], read.Decisions);

        // As an executor wrote it that did not know of digests.
        read = JournalEntryFormat.Decode(Entry("""["committed","t1",0,0,2,["node1",null,null,null,null,null,null,null,null]]"""), 3, Graph);
        Assert.Equal([new CommittedDecision(new AttemptRef(1, 0, 0, 2)) { Placement = new AttemptPlacement { Node = "node1" } }], read.Decisions);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("[7]")]
    [InlineData("""["node1"]""")]
    [InlineData("""["node1",null,null,null,"noon",0,0,0,0]""")]
    [InlineData("""["node1",null,null,null,9000000000000000000,0,0,0,9000000000000000000]""")]
    public void A_place_that_cannot_be_understood_is_damage(string place)
    {
        var failure = Assert.Throws<JournalException>(() => JournalEntryFormat.Decode(Entry($"""["committed","t1",0,0,2,{place}]"""), 3, Graph));
        Assert.Contains("line 2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_form_is_json_lines_with_a_checksum()
    {
        var entry = new JournalEntry(7, 5, "n", Now, [new CommittedDecision(new AttemptRef(1, 0, 0, 2)), new FinishDecision(RunOutcome.Succeeded)]);
        var lines = Encoding.UTF8.GetString(JournalEntryFormat.Encode(entry, Graph)).Split('\n');
        Assert.Equal("""{"v":1,"epoch":5,"nonce":"n","at":"2026-11-22T03:00:00.0000000Z"}""", lines[0]);
        Assert.Equal("""["committed","t1",0,0,2]""", lines[1]);
        Assert.Equal("""["finish","Succeeded"]""", lines[2]);
        Assert.Matches("""^\{"crc":"[0-9a-f]{8}"\}$""", lines[3]);
    }

    [Fact]
    public void No_single_damaged_byte_goes_unnoticed()
    {
        var bytes = JournalEntryFormat.Encode(new JournalEntry(5, 3, "nonce", Now, [.. AllKinds]), Graph);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            var failure = Assert.Throws<JournalException>(() => JournalEntryFormat.Decode(bytes, 5, Graph));
            Assert.Contains("entry 5", failure.Message, StringComparison.Ordinal);
            bytes[i] ^= 1;
        }
    }

    [Theory]
    [InlineData("""{"v":2,"epoch":0,"nonce":"n","at":"2026-11-22T03:00:00.0000000+00:00"}""", "version 2")]
    [InlineData("""{"v":1,"epoch":0,"at":"2026-11-22T03:00:00.0000000+00:00"}""", "\"nonce\"")]
    [InlineData("{\"v\":1,\"epoch\":0,\"nonce\":\"n\",\"at\":\"2026-11-22T03:00:00.0000000+00:00\"}\n[\"hope\"]", "line 2")]
    [InlineData("{\"v\":1,\"epoch\":0,\"nonce\":\"n\",\"at\":\"2026-11-22T03:00:00.0000000+00:00\"}\n[\"finish\",\"Maybe\"]", "\"Maybe\"")]
    public void What_cannot_be_understood_is_named(string text, string named)
    {
        var content = Encoding.UTF8.GetBytes(text + "\n");
        var trailer = Encoding.ASCII.GetBytes($"{{\"crc\":\"{Contracts.Integrity.Crc32C.Of(content):x8}\"}}\n");
        var failure = Assert.Throws<JournalException>(() => JournalEntryFormat.Decode([.. content, .. trailer], 3, Graph));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decisions_about_what_the_plan_does_not_have_are_left_out()
    {
        var entry = new JournalEntry(5, 3, "nonce", Now, [.. AllKinds]);
        var smaller = new TaskGraph(Plans.Chain(1));
        var read = JournalEntryFormat.Decode(JournalEntryFormat.Encode(entry, Graph), 5, smaller);
        Assert.All(read.Decisions, decision => Assert.False(decision is LaunchDecision or CommittedDecision or RaiseDecision or OutcomeDecision));
        Assert.Contains(new SealDecision(0, 2, 3), read.Decisions);
    }

    [Fact]
    public async Task A_later_driver_fences_an_earlier_one_at_its_next_append()
    {
        var first = await OpenAsync("one");
        var second = await OpenAsync("two");
        Assert.Equal((0, 1), (first.Epoch, second.Epoch));
        await Assert.ThrowsAsync<FencedException>(() => first.AppendAsync(first.Encode([new RevisionDecision(0)], Now), Token));
        await second.AppendAsync(second.Encode([new RevisionDecision(0)], Now), Token);
    }

    [Fact]
    public async Task Opening_at_an_end_that_has_moved_is_refused_until_it_was_read()
    {
        var late = new Journal(_records, Run, Graph, "late");
        await OpenAsync("early");
        Assert.False(await late.TryOpenAsync(Now, Token));
        await late.ReadToEndAsync(new RunState(Graph), Token);
        Assert.True(await late.TryOpenAsync(Now, Token));
        Assert.Equal(1, late.Epoch);
    }

    [Fact]
    public async Task An_append_whose_answer_was_lost_is_done_when_it_is_repeated()
    {
        var journal = await OpenAsync("one");
        var entry = journal.Encode([new RevisionDecision(0)], Now);
        _records.FailAfter = (operation, _) => operation == "create";
        await Assert.ThrowsAsync<ShuffleException>(() => journal.AppendAsync(entry, Token));
        _records.FailAfter = null;
        await journal.AppendAsync(entry, Token);
        Assert.Equal(2, journal.Next);
        var state = new RunState(Graph);
        await new Journal(_records, Run, Graph, "two").ReadToEndAsync(state, Token);
        Assert.Equal(0, state.Revision);
    }

    [Fact]
    public async Task A_gap_in_the_journal_is_damage()
    {
        var journal = await OpenAsync("one");
        _records.Put(RecordKeys.JournalAt(2), journal.Encode([], Now).ToArray());
        var failure = await Assert.ThrowsAsync<JournalException>(
            () => new Journal(_records, Run, Graph, "two").ReadToEndAsync(new RunState(Graph), Token));
        Assert.Contains("entry 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_journal_is_read_in_order()
    {
        var journal = await OpenAsync("one");
        for (var i = 0; i < 100; i++)
        {
            await journal.AppendAsync(journal.Encode([new RevisionDecision(i)], Now), Token);
        }

        var sequences = new List<long>();
        await foreach (var entry in Journal.ReadAsync(_records, Run, Graph, 0, Token))
        {
            sequences.Add(entry.Sequence);
        }

        Assert.Equal(Enumerable.Range(0, 101).Select(i => (long)i), sequences);
    }

    public ValueTask DisposeAsync() => _records.DisposeAsync();

    private static byte[] Entry(string decision)
    {
        var content = Encoding.UTF8.GetBytes($$"""{"v":1,"epoch":0,"nonce":"n","at":"2026-11-22T03:00:00.0000000+00:00"}""" + $"\n{decision}\n");
        return [.. content, .. Encoding.ASCII.GetBytes($"{{\"crc\":\"{Contracts.Integrity.Crc32C.Of(content):x8}\"}}\n")];
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<Journal> OpenAsync(string nonce)
    {
        var journal = new Journal(_records, Run, Graph, nonce);
        await journal.ReadToEndAsync(new RunState(Graph), Token);
        Assert.True(await journal.TryOpenAsync(Now, Token));
        return journal;
    }
}
