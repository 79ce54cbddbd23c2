using System.Buffers;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;

namespace Shuffle.Tests.Channels;

/// <summary>What every way to a store keeps, whatever lies between.</summary>
public sealed class ShuffleChannelConformance
{
    private const string Run = "run-1";

    /// <summary>Writes a block of each of three instances, seals them, and deletes the segment of the second.</summary>
    private static async Task LoseTheSecondOfThreeInstancesAsync(ChannelFixture fixture)
    {
        var commits = new List<CommitRecord>();
        for (var index = 0; index < 3; index++)
        {
            commits.Add(await SampleData.WriteAsync(fixture.Channel, SampleData.Writer(Run, index), 1, [(0, SampleData.Numbers(1, 2, 3))], Token));
            await fixture.Channel.CommitAsync(commits[index], Token);
        }

        await fixture.Records.SealAsync(SampleData.SealOf(Run, 1, 0, 0, 0), Token);
        await fixture.Objects.DeleteAsync(ObjectKeys.Segment(Run, commits[1].Outputs[0].Segments.Single()), Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<ChannelKind> Kinds() => ChannelFixture.Kinds();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_sealed_output_is_read_back_whole(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        var random = new Random(1);
        var written = new Dictionary<(int Index, int Sequence), (int Partition, byte[] Payload)>();
        for (var index = 0; index < 3; index++)
        {
            var blocks = Enumerable.Range(0, 20).Select(i => (Partition: i % 4, Payload: SampleData.Numbers(random, random.Next(0, 600)))).ToList();
            var commit = await SampleData.WriteAsync(fixture.Channel, SampleData.Writer(Run, index), 5, blocks, Token);
            Assert.True((await fixture.Channel.CommitAsync(commit, Token)).Won);
            for (var i = 0; i < blocks.Count; i++)
            {
                written.Add((index, i), blocks[i]);
            }
        }

        var seal = await fixture.Records.SealAsync(SampleData.SealOf(Run, 5, 0, 0, 0), Token);
        Assert.Equal(60, seal.Partitions.Sum(partition => partition.Blocks));
        Assert.Equal([0, 1, 2, 3], seal.Partitions.Select(partition => partition.Partition));

        foreach (var selection in (ReadSelection[])
            [
                new(Id(0)), new(Id(0), 2), new(Id(0), 4), new(Id(0), 1, 2), new(Id(0), null, 1),
                new(Id(0), 2, null, new InstanceRange(0, 2)), new(Id(0), 2, null, new InstanceRange(2, 3)), new(Id(0), 4, null, new InstanceRange(0, 3)),
                new(Id(0), null, null, new InstanceRange(1, 3)), new(Id(0), 1, 2, new InstanceRange(0, 2)),
            ])
        {
            var expected = written.Where(pair =>
                (selection.Partition is null || selection.Partition == pair.Value.Partition)
                && selection.Wants(pair.Key.Index)).ToDictionary();
            var read = await ReadAllAsync(fixture.Channel, selection);
            Assert.Equal(expected.Count, read.Count);
            foreach (var (header, payload) in read)
            {
                var (partition, bytes) = expected[(header.Index, header.Sequence)];
                Assert.Equal(partition, header.Partition);
                Assert.Equal(bytes, payload);
            }

            foreach (var writer in read.GroupBy(block => (block.Header.Index, block.Header.Partition)))
            {
                Assert.Equal(writer.Select(block => block.Header.Sequence).Order(), writer.Select(block => block.Header.Sequence));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Of_two_incarnations_the_first_commit_wins_and_its_data_alone_is_read(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        var first = await SampleData.WriteAsync(fixture.Channel, SampleData.Writer(Run, 0, incarnation: "pod-a"), 1, [(0, SampleData.Numbers(1, 1))], Token);
        var second = await SampleData.WriteAsync(fixture.Channel, SampleData.Writer(Run, 0, incarnation: "pod-b"), 1, [(0, SampleData.Numbers(2, 2))], Token);
        Assert.True((await fixture.Channel.CommitAsync(second, Token)).Won);

        var lost = await fixture.Channel.CommitAsync(first, Token);
        Assert.False(lost.Won);
        Assert.Equal("pod-b", lost.Winner.Writer.Incarnation);
        Assert.True((await fixture.Channel.CommitAsync(second, Token)).Won);

        await fixture.Records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);
        var block = Assert.Single(await ReadAllAsync(fixture.Channel, new ReadSelection(Id(0))));
        Assert.Equal(SampleData.Numbers(2, 2), block.Payload);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Of_32_racing_commits_exactly_one_wins_and_all_are_told_the_same_winner(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => fixture.Channel.CommitAsync(
            new CommitRecord { Writer = SampleData.Writer(Run, 0, attempt: i + 1, incarnation: $"pod-{i}"), Definition = "d", TaskDefinition = "t" }, Token)));

        var winner = Assert.Single(answers, answer => answer.Won).Winner.Writer;
        Assert.All(answers, answer => Assert.Equal(winner, answer.Winner.Writer));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_instance_with_another_schema_is_refused_at_its_commit_and_then_at_its_writer(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        var writer = SampleData.Writer(Run, 1);
        var commit = await SampleData.WriteAsync(fixture.Channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1))], Token);
        await fixture.Channel.CommitAsync(commit, Token);

        var other = new CommitRecord
        {
            Writer = writer,
            Definition = "d",
            TaskDefinition = SampleData.TaskDefinition,
            Outputs = [new OutputCommit { Name = SampleData.Output.Output, Schema = SampleData.Schema("price") }],
        };
        var atCommit = await Assert.ThrowsAsync<ShuffleException>(() => fixture.Channel.CommitAsync(other, Token));
        Assert.Equal(ShuffleError.SchemaMismatch, atCommit.Error);
        Assert.Contains("price", atCommit.Message, StringComparison.Ordinal);
        Assert.Contains("amount", atCommit.Message, StringComparison.Ordinal);

        var atWriter = await Assert.ThrowsAsync<ShuffleException>(
            () => fixture.Channel.OpenWriterAsync(SampleData.Target(SampleData.Writer(Run, 2), 1), SampleData.Schema("price"), Token));
        Assert.Equal(ShuffleError.SchemaMismatch, atWriter.Error);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_seal_is_null_before_it_is_made_and_the_same_for_all_who_make_it(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        Assert.Null(await fixture.Channel.GetSealAsync(Id(0), Token));
        var missing = await Assert.ThrowsAsync<ShuffleException>(() => fixture.Records.SealAsync(SampleData.SealOf(Run, 1, 0), Token));
        Assert.Equal(ShuffleError.NotFound, missing.Error);

        await fixture.Channel.CommitAsync(await SampleData.WriteAsync(fixture.Channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1))], Token), Token);
        var first = await fixture.Records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);
        var again = await fixture.Records.SealAsync(SampleData.SealOf(Run, 1, 0) with { Epoch = 2 }, Token);
        var read = await fixture.Channel.GetSealAsync(Id(0), Token);
        Assert.Equal(1, again.Epoch);
        Assert.Equal(first.Instances, read!.Instances);
        Assert.Equal(first.Partitions, read.Partitions);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Records_are_created_once_read_and_listed_in_order(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        foreach (var number in (int[])[2, 0, 1, 10])
        {
            Assert.Null(await fixture.Records.CreateAsync(Run, RecordKeys.JournalAt(number), new byte[] { (byte)number }, Token));
        }

        var standing = await fixture.Records.CreateAsync(Run, RecordKeys.JournalAt(2), new byte[] { 99 }, Token);
        Assert.Equal([2], standing!.Value.ToArray());
        Assert.Equal([10], (await fixture.Records.GetAsync(Run, RecordKeys.JournalAt(10), Token))!.Value.ToArray());
        Assert.Null(await fixture.Records.GetAsync(Run, RecordKeys.JournalAt(11), Token));

        var keys = new List<string>();
        await foreach (var key in fixture.Records.ListAsync(Run, RecordKeys.JournalEntries, Token))
        {
            keys.Add(key);
        }

        Assert.Equal(((int[])[0, 1, 2, 10]).Select(number => RecordKeys.JournalAt(number)), keys);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_large_record_survives_and_a_larger_one_is_refused(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        var value = SampleData.Bytes(new Random(2), ShuffleLimits.MaxRecordBytes);
        Assert.Null(await fixture.Records.CreateAsync(Run, RecordKeys.Blob("a1"), value, Token));
        Assert.Equal(value, (await fixture.Records.GetAsync(Run, RecordKeys.Blob("a1"), Token))!.Value.ToArray());

        var refused = await Assert.ThrowsAsync<ShuffleException>(
            () => fixture.Records.CreateAsync(Run, RecordKeys.Blob("a2"), new byte[ShuffleLimits.MaxRecordBytes + 1], Token));
        Assert.Equal(ShuffleError.Invalid, refused.Error);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_deleted_run_leaves_no_object_behind(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        await fixture.Channel.CommitAsync(await SampleData.WriteAsync(fixture.Channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1))], Token), Token);
        await fixture.Records.CreateAsync("run-2", RecordKeys.JournalAt(0), new byte[] { 1 }, Token);
        Assert.Equal(["run-1", "run-2"], await RunsAsync(fixture.Records));

        await fixture.Records.DeleteRunAsync(Run, Token);
        await fixture.Records.DeleteRunAsync(Run, Token);

        Assert.Equal(["run-2"], await RunsAsync(fixture.Records));
        await foreach (var entry in fixture.Objects.ListAsync("", Token))
        {
            Assert.Contains("run-2", entry.Key, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_lost_segment_is_data_loss_that_names_its_instances(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        await LoseTheSecondOfThreeInstancesAsync(fixture);

        var loss = await Assert.ThrowsAsync<ShuffleException>(() => ReadAllAsync(fixture.Channel, new ReadSelection(Id(0))));
        Assert.Equal(ShuffleError.DataLoss, loss.Error);
        Assert.Equal([new LostInstance(new InstanceId("extract", 1), 0)], loss.Lost);

        var report = await fixture.Records.VerifyAsync(Run, Token);
        Assert.Equal(3, report.Commits);
        Assert.Equal(2, report.Blocks);
        Assert.Equal(new InstanceId("extract", 1), Assert.Single(report.Losses).Instance);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_slices_of_a_partition_together_are_the_partition(ChannelKind kind)
    {
        const int Instances = 7;
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        var random = new Random(2);
        for (var index = 0; index < Instances; index++)
        {
            // One instance writes nothing at all, and one nothing into the partition that is sliced.
            var blocks = Enumerable.Range(0, index == 3 ? 0 : 8)
                .Select(i => (Partition: index == 5 ? 0 : i % 2, Payload: SampleData.Numbers(random, 1 + random.Next(0, 300)))).ToList();
            await fixture.Channel.CommitAsync(await SampleData.WriteAsync(fixture.Channel, SampleData.Writer(Run, index), 2, blocks, Token), Token);
        }

        await fixture.Records.SealAsync(SampleData.SealOf(Run, 2, [.. new int[Instances]]), Token);
        var whole = await ReadAllAsync(fixture.Channel, new ReadSelection(Id(0), 1));
        Assert.NotEmpty(whole);
        for (var cut = 1; cut < Instances; cut++)
        {
            var first = await ReadAllAsync(fixture.Channel, new ReadSelection(Id(0), 1, null, new InstanceRange(0, cut)));
            var second = await ReadAllAsync(fixture.Channel, new ReadSelection(Id(0), 1, null, new InstanceRange(cut, Instances)));
            Assert.All(first, block => Assert.InRange(block.Header.Index, 0, cut - 1));
            Assert.All(second, block => Assert.InRange(block.Header.Index, cut, Instances - 1));
            Assert.Equal(InOrder(whole), InOrder([.. first, .. second]));
        }

        static IEnumerable<string> InOrder(IEnumerable<(BlockHeader Header, byte[] Payload)> blocks) =>
            blocks.OrderBy(block => (block.Header.Index, block.Header.Sequence)).Select(block => $"{block.Header} {Convert.ToHexString(block.Payload)}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_loss_outside_a_slice_does_not_keep_it_from_being_read_and_one_inside_names_its_instances(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        await LoseTheSecondOfThreeInstancesAsync(fixture);

        Assert.Single(await ReadAllAsync(fixture.Channel, new ReadSelection(Id(0), 0, null, new InstanceRange(2, 3))));
        var loss = await Assert.ThrowsAsync<ShuffleException>(
            () => ReadAllAsync(fixture.Channel, new ReadSelection(Id(0), 0, null, new InstanceRange(0, 2))));
        Assert.Equal(ShuffleError.DataLoss, loss.Error);
        Assert.Equal([new LostInstance(new InstanceId("extract", 1), 0)], loss.Lost);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Instances_that_a_sealed_output_does_not_have_cannot_be_read(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        await fixture.Channel.CommitAsync(
            await SampleData.WriteAsync(fixture.Channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1, 2, 3))], Token), Token);
        await fixture.Records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);

        foreach (var range in (InstanceRange[])[new(-1, 1), new(0, 0), new(0, 2), new(1, 2)])
        {
            var refusal = await Assert.ThrowsAsync<ShuffleException>(() => ReadAllAsync(fixture.Channel, new ReadSelection(Id(0), 0, null, range)));
            Assert.Equal(ShuffleError.Invalid, refusal.Error);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_damaged_block_is_data_loss_that_names_its_instance(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        var commit = await SampleData.WriteAsync(fixture.Channel, SampleData.Writer(Run, 0), 1, [(0, SampleData.Numbers(1, 2, 3)), (0, SampleData.Numbers(4, 5, 6))], Token);
        await fixture.Channel.CommitAsync(commit, Token);
        await fixture.Records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);
        var key = ObjectKeys.Segment(Run, commit.Outputs[0].Segments.Single());
        var content = new byte[4096];
        var read = await fixture.Objects.GetAsync(key, ObjectRange.From(0, content.Length), content, Token);
        content[64] ^= 1;
        await fixture.Objects.PutAsync(key, new ReadOnlySequence<byte>(content, 0, read!.Value.Count), Token);

        var loss = await Assert.ThrowsAsync<ShuffleException>(() => ReadAllAsync(fixture.Channel, new ReadSelection(Id(0))));
        Assert.Equal(ShuffleError.DataLoss, loss.Error);
        Assert.Equal([new LostInstance(new InstanceId("extract", 0), 0)], loss.Lost);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Blocks_that_were_sent_twice_are_read_once(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        var writer = SampleData.Writer(Run, 0);
        var blocks = Enumerable.Range(0, 10).Select(i => (i % 2, SampleData.Numbers(i, 7))).ToList();
        var first = await SampleData.WriteAsync(fixture.Channel, writer, 2, blocks, Token);
        var second = await SampleData.WriteAsync(fixture.Channel, writer, 2, blocks, Token);
        var both = second with
        {
            Outputs = [second.Outputs[0] with { Segments = [.. first.Outputs[0].Segments.Union(second.Outputs[0].Segments)] }],
        };
        await fixture.Channel.CommitAsync(both, Token);
        await fixture.Records.SealAsync(SampleData.SealOf(Run, 2, 0), Token);

        Assert.Equal(10, (await ReadAllAsync(fixture.Channel, new ReadSelection(Id(0)))).Count);
        Assert.Equal(5, (await ReadAllAsync(fixture.Channel, new ReadSelection(Id(0), 1))).Count);
        Assert.Empty((await fixture.Records.VerifyAsync(Run, Token)).Losses);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_writer_with_more_than_its_credit_goes_on_as_blocks_become_durable(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        var payload = SampleData.Numbers(new Random(3), 3 << 17);
        var blocks = Enumerable.Repeat((0, payload), 20).ToList();
        var commit = await SampleData.WriteAsync(fixture.Channel, SampleData.Writer(Run, 0), 1, blocks, Token);
        await fixture.Channel.CommitAsync(commit, Token);
        await fixture.Records.SealAsync(SampleData.SealOf(Run, 1, 0), Token);

        var read = 0;
        await foreach (var block in fixture.Channel.ReadAsync(new ReadSelection(Id(0)), Token))
        {
            Assert.Equal(payload.Length, block.Payload.Length);
            read++;
        }

        Assert.Equal(20, read);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Impossible_requests_are_refused(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        var writer = SampleData.Writer(Run, 0);
        await RefusedAsync(() => fixture.Channel.OpenWriterAsync(SampleData.Target(SampleData.Writer("Run/..", 0), 1), SampleData.Schema(), Token));
        await RefusedAsync(() => fixture.Channel.OpenWriterAsync(SampleData.Target(writer, ShuffleLimits.MaxPartitions + 1), SampleData.Schema(), Token));
        await RefusedAsync(() => fixture.Channel.OpenWriterAsync(SampleData.Target(writer, 1), new byte[10], Token));
        await RefusedAsync(() => fixture.Channel.CommitAsync(new CommitRecord { Writer = SampleData.Writer(Run, -1), Definition = "d", TaskDefinition = "t" }, Token));
        await RefusedAsync(() => fixture.Records.CreateAsync(Run, "../x", new byte[1], Token));
        await RefusedAsync(() => fixture.Records.CreateAsync(Run, RecordKeys.Commit(new InstanceId("t", 0), 0), new byte[1], Token));

        await using var output = await fixture.Channel.OpenWriterAsync(SampleData.Target(writer, 1), SampleData.Schema(), Token);
        await RefusedAsync(async () =>
        {
            await output.WriteAsync(SampleData.Block(0, 1, 0, SampleData.Numbers(1)), Token);
            return await output.CompleteAsync(Token);
        });
        await using var another = await fixture.Channel.OpenWriterAsync(SampleData.Target(writer, 1), SampleData.Schema(), Token);
        await RefusedAsync(async () =>
        {
            await another.WriteAsync(SampleData.Block(0, 0, 1, SampleData.Numbers(1)), Token);
            return await another.CompleteAsync(Token);
        });
        var bad = SampleData.Block(0, 0, 0, SampleData.Numbers(1));
        await using var damaged = await fixture.Channel.OpenWriterAsync(SampleData.Target(writer, 1), SampleData.Schema(), Token);
        await RefusedAsync(async () =>
        {
            await damaged.WriteAsync(bad with { Header = bad.Header with { Crc32C = 1 } }, Token);
            return await damaged.CompleteAsync(Token);
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Reading_what_is_not_sealed_is_not_found(ChannelKind kind)
    {
        await using var fixture = await ChannelFixture.StartAsync(kind, Token);
        var failure = await Assert.ThrowsAsync<ShuffleException>(() => ReadAllAsync(fixture.Channel, new ReadSelection(Id(0))));
        Assert.Equal(ShuffleError.NotFound, failure.Error);
    }

    private static SealId Id(int generation) => new(Run, SampleData.Output, generation);

    private static async Task<List<(BlockHeader Header, byte[] Payload)>> ReadAllAsync(IShuffleChannel channel, ReadSelection selection)
    {
        var blocks = new List<(BlockHeader, byte[])>();
        await foreach (var block in channel.ReadAsync(selection, Token))
        {
            blocks.Add((block.Header, block.Payload.ToArray()));
        }

        return blocks;
    }

    private static async Task<List<string>> RunsAsync(IRunRecords records)
    {
        var runs = new List<string>();
        await foreach (var entry in records.ListRunsAsync(Token))
        {
            runs.Add(entry.Run);
        }

        return [.. runs.Order(StringComparer.Ordinal)];
    }

    private static async Task RefusedAsync<T>(Func<Task<T>> action)
    {
        var failure = await Assert.ThrowsAsync<ShuffleException>(action);
        Assert.Equal(ShuffleError.Invalid, failure.Error);
    }
}
