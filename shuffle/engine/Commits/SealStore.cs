using System.Collections.Concurrent;
using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Records;

namespace Executor.Shuffle.Engine.Commits;

/// <summary>Writes and reads the records that complete outputs. Thread-safe.</summary>
public sealed class SealStore(RecordStore records, CommitStore commits)
{
    /// <summary>The most bytes of a seal: about that of 500,000 instances.</summary>
    public const int MaxSealBytes = 64 << 20;

    private const int ParallelReads = 16;

    /// <summary>Gathers the commits and creates the seal; see <see cref="IRunRecords.SealAsync"/>.</summary>
    public async Task<SealRecord> SealAsync(SealRequest request, CancellationToken cancellationToken)
    {
        CommitValidation.Require(request);
        var found = await GatherAsync(request, cancellationToken);
        var record = Compose(request, found);
        var value = JsonSerializer.SerializeToUtf8Bytes(record, ContractsJson.Default.SealRecord);
        var key = RecordKeys.Seal(request.Seal.Output, request.Seal.Generation);
        var standing = await records.CreateAsync(request.Seal.Run, key, value, MaxSealBytes, cancellationToken);
        return standing is null ? record : Parse(request.Seal, standing.Value);
    }

    /// <summary>The seal, or null while there is none. A damaged one is <see cref="ShuffleError.DataLoss"/>.</summary>
    public async Task<SealRecord?> FindAsync(SealId seal, CancellationToken cancellationToken)
    {
        CommitValidation.Require(seal);
        var value = await records.GetAsync(seal.Run, RecordKeys.Seal(seal.Output, seal.Generation), MaxSealBytes, cancellationToken);
        return value is null ? null : Parse(seal, value.Value);
    }

    /// <summary>The seals of a run, or of one of its outputs.</summary>
    public async Task<IReadOnlyList<SealId>> ListAsync(string run, OutputId? output, CancellationToken cancellationToken)
    {
        var seals = new List<SealId>();
        var prefix = output is null ? RecordKeys.Seals : $"{RecordKeys.Seals}{output}/";
        await foreach (var key in records.ListAsync(run, prefix, cancellationToken))
        {
            var parts = key[RecordKeys.Seals.Length..].Split('/');
            if (parts.Length == 2 && OutputId.TryParse(parts[0], out var id) && int.TryParse(parts[1], out var generation))
            {
                seals.Add(new SealId(run, id, generation));
            }
        }

        return seals;
    }

    private async Task<CommitRecord?[]> GatherAsync(SealRequest request, CancellationToken cancellationToken)
    {
        var found = new CommitRecord?[request.Generations.Count];
        var lost = new ConcurrentBag<LostInstance>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, found.Length),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelReads, CancellationToken = cancellationToken },
            async (index, token) =>
            {
                var instance = new InstanceId(request.Seal.Output.Task, index);
                try
                {
                    found[index] = await commits.FindAsync(request.Seal.Run, instance, request.Generations[index], token);
                }
                catch (ShuffleException exception) when (exception.Error == ShuffleError.DataLoss)
                {
                    lost.Add(new LostInstance(instance, request.Generations[index]));
                }
            });
        return lost.IsEmpty
            ? found
            : throw new ShuffleException(ShuffleError.DataLoss, $"{lost.Count} commits of output {request.Seal.Output} are damaged")
            {
                Lost = [.. lost.OrderBy(item => item.Instance.Index)],
            };
    }

    private static SealRecord Compose(SealRequest request, CommitRecord?[] found)
    {
        var instances = new SealedInstance[found.Length];
        var segments = new SortedSet<string>(StringComparer.Ordinal);
        var totals = new SortedDictionary<int, PartitionStatistics>();
        ReadOnlyMemory<byte>? schema = null;
        for (var index = 0; index < found.Length; index++)
        {
            var writer = (found[index] ?? throw Missing(request, index, "has no commit")).Writer;
            var output = found[index]!.Outputs.FirstOrDefault(output => output.Name == request.Seal.Output.Output)
                ?? throw Missing(request, index, $"committed without an output '{request.Seal.Output.Output}'");
            schema ??= output.Schema;
            SchemaFields.RequireEqual($"{writer.Attempt.Instance} output {request.Seal.Output}", schema.Value, output.Schema);
            segments.UnionWith(output.Segments);
            long blocks = 0;
            ulong digest = 0;
            foreach (var partition in output.Partitions)
            {
                if (partition.Partition >= request.PartitionCount)
                {
                    throw new ShuffleException(
                        ShuffleError.Invalid,
                        $"{writer.Attempt.Instance} wrote partition {partition.Partition} of output {request.Seal.Output}, which has {request.PartitionCount}");
                }

                totals[partition.Partition] = totals.TryGetValue(partition.Partition, out var total) ? total.Plus(partition) : partition;
                blocks += partition.Blocks;
                digest = unchecked(digest + partition.Digest);
            }

            instances[index] = new SealedInstance(index, request.Generations[index], writer.Attempt.Attempt, writer.Incarnation, blocks, digest);
        }

        return new SealRecord
        {
            Output = request.Seal.Output,
            Generation = request.Seal.Generation,
            Epoch = request.Epoch,
            PartitionCount = request.PartitionCount,
            Schema = schema ?? ReadOnlyMemory<byte>.Empty,
            Instances = instances,
            Segments = [.. segments],
            Partitions = [.. totals.Values],
        };
    }

    private static ShuffleException Missing(SealRequest request, int index, string what) => new(
        ShuffleError.NotFound,
        $"output {request.Seal.Output} of run {request.Seal.Run} cannot be sealed: instance {index} generation {request.Generations[index]} {what}");

    private static SealRecord Parse(SealId seal, ReadOnlyMemory<byte> value)
    {
        try
        {
            if (JsonSerializer.Deserialize(value.Span, ContractsJson.Default.SealRecord) is { } record
                && record.Output == seal.Output && record.Generation == seal.Generation)
            {
                return record;
            }
        }
        catch (JsonException)
        {
            // Whole by its checksum, and still no seal: as good as lost.
        }

        throw new ShuffleException(ShuffleError.DataLoss, $"the seal of output {seal.Output} generation {seal.Generation} cannot be understood");
    }
}
