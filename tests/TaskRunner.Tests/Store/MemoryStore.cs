using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.TaskRunner.Tests.Store;

/// <summary>A store in memory that keeps the seam's promises and checks its callers' side of them.</summary>
internal sealed class MemoryStore : IShuffleChannel, IRunRecords
{
    private readonly ConcurrentDictionary<(WriterId, string), List<(BlockHeader Header, byte[] Payload)>> _blocks = new();
    private readonly ConcurrentDictionary<SealId, SealRecord> _seals = new();

    public ConcurrentDictionary<string, CommitRecord> Commits { get; } = new();

    public ConcurrentDictionary<string, byte[]> Records { get; } = new();

    /// <summary>Called before each block that is read, with its number.</summary>
    public Func<int, CancellationToken, Task> BeforeRead { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>Called before each block that is written.</summary>
    public Func<BlockHeader, Task> BeforeWrite { get; set; } = static _ => Task.CompletedTask;

    public Task<IShuffleWriter> OpenWriterAsync(WriteTarget target, ReadOnlyMemory<byte> schema, CancellationToken cancellationToken) =>
        Task.FromResult<IShuffleWriter>(new Writer(this, _blocks.GetOrAdd((target.Writer, target.Output), []), target));

    public Task<CommitAnswer> CommitAsync(CommitRecord commit, CancellationToken cancellationToken)
    {
        foreach (var output in commit.Outputs)
        {
            var blocks = _blocks[(commit.Writer, output.Name)];
            Assert.Equal(Sum(blocks), output.Partitions);
        }

        var attempt = commit.Writer.Attempt;
        var stands = Commits.GetOrAdd(RecordKeys.Commit(attempt.Instance, attempt.Generation), commit);
        return Task.FromResult(new CommitAnswer(stands.Writer == commit.Writer, stands));
    }

    public Task<SealRecord?> GetSealAsync(SealId seal, CancellationToken cancellationToken) =>
        Task.FromResult(_seals.GetValueOrDefault(seal));

    public async IAsyncEnumerable<ShuffleBlock> ReadAsync(
        ReadSelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seal = _seals[selection.Seal];
        var number = 0;
        foreach (var instance in seal.Instances.Where(i => selection.SourceIndex is null || i.Index == selection.SourceIndex))
        {
            var commit = Commits[RecordKeys.Commit(new InstanceId(seal.Output.Task, instance.Index), instance.Generation)];
            foreach (var (header, payload) in _blocks[(commit.Writer, seal.Output.Output)].Where(
                block => selection.Partition is null || block.Header.Partition == selection.Partition))
            {
                await BeforeRead(number++, cancellationToken);
                yield return new ShuffleBlock(header, new ReadOnlySequence<byte>(payload));
            }
        }
    }

    /// <summary>Seals an output of a run with the commits that stand.</summary>
    public SealId Seal(string run, OutputId output, int partitions)
    {
        var id = new SealId(run, output, 0);
        var commits = Commits.Values.Where(commit => commit.Writer.Attempt.Task == output.Task)
            .OrderBy(commit => commit.Writer.Attempt.Index).ToList();
        _seals[id] = new SealRecord
        {
            Output = output,
            Generation = 0,
            Epoch = 0,
            PartitionCount = partitions,
            Schema = commits[0].Outputs.Single(o => o.Name == output.Output).Schema,
            Instances = [.. commits.Select(c => new SealedInstance(c.Writer.Attempt.Index, 0, c.Writer.Attempt.Attempt, c.Writer.Incarnation, 0, 0))],
            Segments = [],
            Partitions = [],
        };
        return id;
    }

    /// <summary>The blocks of an output of a writer.</summary>
    public IReadOnlyList<(BlockHeader Header, byte[] Payload)> Blocks(WriterId writer, string output) =>
        _blocks.GetValueOrDefault((writer, output), []);

    public Task<ReadOnlyMemory<byte>?> CreateAsync(string run, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var copy = value.ToArray();
        var stands = Records.GetOrAdd(key, copy);
        return Task.FromResult<ReadOnlyMemory<byte>?>(ReferenceEquals(stands, copy) ? null : stands);
    }

    public Task<ReadOnlyMemory<byte>?> GetAsync(string run, string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<string> ListAsync(string run, string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SealRecord> SealAsync(SealRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<RunEntry> ListRunsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeleteRunAsync(string run, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<VerifyReport> VerifyAsync(string run, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static List<PartitionStatistics> Sum(List<(BlockHeader Header, byte[] Payload)> blocks) =>
    [
        .. blocks.GroupBy(block => block.Header.Partition).OrderBy(group => group.Key).Select(group => group.Aggregate(
            new PartitionStatistics(group.Key, 0, 0, 0, 0),
            (sum, block) => sum.PlusBlock(
                block.Header.Rows,
                block.Payload.Length,
                BlockDigest.Of(block.Header.Index, block.Header.Sequence, Crc32C.Of(block.Payload))))),
    ];

    private sealed class Writer(MemoryStore store, List<(BlockHeader Header, byte[] Payload)> blocks, WriteTarget target) : IShuffleWriter
    {
        public async ValueTask WriteAsync(ShuffleBlock block, CancellationToken cancellationToken)
        {
            await store.BeforeWrite(block.Header);
            Assert.Equal(blocks.Count, block.Header.Sequence);
            Assert.Equal(target.Writer.Attempt.Index, block.Header.Index);
            Assert.InRange(block.Header.Partition, 0, target.PartitionCount - 1);
            Assert.Equal(block.Payload.Length, block.Header.Length);
            Assert.Equal(Crc32C.Of(block.Payload), block.Header.Crc32C);
            blocks.Add((block.Header, block.Payload.ToArray()));
        }

        public Task<IReadOnlyList<string>> CompleteAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>(["segment"]);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
