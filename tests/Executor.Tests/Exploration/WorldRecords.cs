using System.Buffers;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Buffers;
using Executor.Shuffle.Engine.Commits;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Serving;

namespace Executor.Tests.Exploration;

/// <summary>The store's own records, commits, seals and readers over the objects of one operation, with nothing kept in memory between two.</summary>
internal sealed class WorldRecords : IRunRecords
{
    private static readonly SlabPool Slabs = new(slabBytes: 4096);

    private readonly RecordStore _records;
    private readonly SealStore _seals;
    private readonly CommitStore _commits;
    private readonly WorldObjects _objects;

    public WorldRecords(WorldObjects objects)
    {
        _objects = objects;
        _records = new RecordStore(objects, new RunMarkers(objects, TimeProvider.System));
        _commits = new CommitStore(_records, new SchemaAgreement(_records));
        _seals = new SealStore(_records, _commits);
    }

    public async Task<ReadOnlyMemory<byte>?> CreateAsync(string run, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        await GuardAsync(() => _records.CreateAsync(run, key, value, 1 << 24, cancellationToken));

    public async Task<ReadOnlyMemory<byte>?> GetAsync(string run, string key, CancellationToken cancellationToken) =>
        await GuardAsync(() => _records.GetAsync(run, key, 1 << 24, cancellationToken));

    public IAsyncEnumerable<string> ListAsync(string run, string prefix, CancellationToken cancellationToken) =>
        _records.ListAsync(run, prefix, cancellationToken);

    public async Task<SealRecord> SealAsync(SealRequest request, CancellationToken cancellationToken) =>
        await GuardAsync(() => _seals.SealAsync(request, cancellationToken));

    public Task<SealRecord?> FindSealAsync(SealId seal) => _seals.FindAsync(seal, CancellationToken.None);

    public async Task<CommitAnswer> CommitAsync(CommitRecord commit) =>
        await GuardAsync(() => _commits.CommitAsync(commit, CancellationToken.None));

    public async Task<List<string>> ReadAsync(ReadSelection selection)
    {
        var reader = Reader();
        var rows = new List<string>();
        await foreach (var served in reader.ReadAsync(await reader.PlanAsync(selection, CancellationToken.None), null, CancellationToken.None))
        {
            rows.Add(System.Text.Encoding.ASCII.GetString(served.Block.Payload.ToArray()));
        }

        return rows;
    }

    public Task<VerifyReport> VerifyAsync(string run, CancellationToken cancellationToken) =>
        new RunVerifier(_records, _commits, Reader()).VerifyAsync(run, cancellationToken);

    public IAsyncEnumerable<RunEntry> ListRunsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task DeleteRunAsync(string run, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<RunStatistics> GetStatisticsAsync(string run, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<RunUsage> GetUsageAsync(string run, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (ObjectStoreException failure)
        {
            throw new ShuffleException(ShuffleError.Unavailable, failure.Message, failure);
        }
    }

    private SealReader Reader() => new(_objects, _commits, _seals, Slabs, new ServingOptions());
}
