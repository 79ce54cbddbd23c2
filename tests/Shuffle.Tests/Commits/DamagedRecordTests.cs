using System.Buffers;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Records;
using Executor.TestKit;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Commits;

public sealed class DamagedRecordTests
{
    private const string Run = "run";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_damaged_commit_is_lost_data_of_its_instance_wherever_it_is_met()
    {
        var objects = new MemoryObjectStore();
        await using var engine = new ShuffleEngine(objects);
        await using var channel = new InProcessShuffleChannel(engine);
        await using var records = new InProcessRunRecords(engine);
        var commit = await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1))], Token);
        await channel.CommitAsync(commit, Token);
        var instance = new InstanceId("extract", 0);
        await FlipAsync(objects, ObjectKeys.Record(Run, RecordKeys.Commit(instance, 0)));

        LostInstance[] lost = [new(instance, 0)];
        Assert.Equal(lost, (await LossAsync(() => channel.CommitAsync(commit, Token))).Lost);
        Assert.Equal(lost, (await LossAsync(() => records.SealAsync(SampleData.SealOf(Run, 1, 0), Token))).Lost);
        Assert.Equal(instance, Assert.Single((await records.VerifyAsync(Run, Token)).Losses).Instance);
    }

    [Fact]
    public async Task A_damaged_seal_and_a_damaged_journal_entry_are_noticed()
    {
        var objects = new MemoryObjectStore();
        await using var engine = new ShuffleEngine(objects);
        await using var channel = new InProcessShuffleChannel(engine);
        await using var records = new InProcessRunRecords(engine);
        await records.SealAsync(SampleData.SealOf(Run, 1), Token);
        await records.CreateAsync(Run, RecordKeys.JournalAt(0), new byte[] { 1, 2, 3 }, Token);
        await FlipAsync(objects, ObjectKeys.Record(Run, RecordKeys.Seal(SampleData.Output, 0)));
        await FlipAsync(objects, ObjectKeys.Record(Run, RecordKeys.JournalAt(0)));

        await LossAsync(() => channel.GetSealAsync(new SealId(Run, SampleData.Output, 0), Token));
        await LossAsync(() => records.GetAsync(Run, RecordKeys.JournalAt(0), Token));
    }

    [Fact]
    public async Task An_interrupted_deletion_keeps_the_marker_and_can_be_repeated()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        await using var engine = new ShuffleEngine(objects);
        await using var channel = new InProcessShuffleChannel(engine);
        await using var records = new InProcessRunRecords(engine);
        await channel.CommitAsync(await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1))], Token), Token);
        objects.FailAt(2, ObjectOperations.Delete, Fault.Before);
        await Assert.ThrowsAsync<ShuffleException>(() => records.DeleteRunAsync(Run, Token));
        Assert.NotEmpty(await KeysAsync(objects, ObjectKeys.Marker(Run)));

        await records.DeleteRunAsync(Run, Token);
        Assert.Empty(await KeysAsync(objects, ""));
    }

    [Fact]
    public async Task Segments_that_no_commit_names_are_collected_and_the_others_kept()
    {
        var objects = new MemoryObjectStore();
        await using var engine = new ShuffleEngine(objects);
        await using var channel = new InProcessShuffleChannel(engine);
        await using var records = new InProcessRunRecords(engine);
        await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0, incarnation: "pod-x"), 1, [(0, SampleData.Numbers(1))], Token);
        await channel.CommitAsync(await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1))], Token), Token);

        Assert.Equal(1, await engine.Orphans.CollectAsync(Run, Token));
        Assert.Equal(0, await engine.Orphans.CollectAsync(Run, Token));
        Assert.Empty((await records.VerifyAsync(Run, Token)).Losses);
        Assert.Equal(1, (await engine.Collector.MeasureAsync(Run, Token)).Segments);
    }

    [Fact]
    public async Task Runs_are_swept_by_the_age_of_their_first_record()
    {
        var clock = new SettableClock(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var engine = new ShuffleEngine(new MemoryObjectStore(), null, clock);
        await using var records = new InProcessRunRecords(engine);
        await records.CreateAsync("old", RecordKeys.JournalAt(0), new byte[1], Token);
        clock.Now += TimeSpan.FromDays(1);
        await records.CreateAsync("old", RecordKeys.JournalAt(1), new byte[1], Token);
        await records.CreateAsync("young", RecordKeys.JournalAt(0), new byte[1], Token);

        Assert.Equal(["old"], await engine.SweepAsync(clock.Now - TimeSpan.FromHours(1), Token));
        Assert.Null(await records.GetAsync("old", RecordKeys.JournalAt(1), Token));
        Assert.NotNull(await records.GetAsync("young", RecordKeys.JournalAt(0), Token));
    }

    [Fact]
    public void Every_flipped_bit_of_a_record_is_noticed()
    {
        var content = RecordEnvelope.Wrap("{\"a\":1}"u8.ToArray()).ToArray();
        Assert.True(RecordEnvelope.TryUnwrap(content, out var value));
        Assert.Equal("{\"a\":1}"u8.ToArray(), value.ToArray());
        for (var bit = 0; bit < content.Length * 8; bit++)
        {
            var damaged = (byte[])content.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(RecordEnvelope.TryUnwrap(damaged, out _));
        }

        Assert.False(RecordEnvelope.TryUnwrap(content.AsMemory(0, content.Length - 1), out _));
    }

    private static async Task<ShuffleException> LossAsync(Func<Task> action)
    {
        var failure = await Assert.ThrowsAsync<ShuffleException>(action);
        Assert.Equal(ShuffleError.DataLoss, failure.Error);
        return failure;
    }

    private static async Task FlipAsync(MemoryObjectStore objects, string key)
    {
        var content = new byte[8192];
        var read = await objects.GetAsync(key, ObjectRange.From(0, content.Length), content, Token);
        content[1] ^= 2;
        await objects.PutAsync(key, new ReadOnlySequence<byte>(content, 0, read!.Value.Count), Token);
    }

    private static async Task<List<string>> KeysAsync(FaultyObjectStore objects, string prefix)
    {
        var keys = new List<string>();
        await foreach (var entry in objects.ListAsync(prefix, Token))
        {
            keys.Add(entry.Key);
        }

        return keys;
    }
}
