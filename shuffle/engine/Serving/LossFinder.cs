using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Commits;

namespace Executor.Shuffle.Engine.Serving;

/// <summary>
/// Finds the instances whose committed blocks are not all there, by reading everything that is left of a selection and comparing it with their
/// commits. Slow, and only done once something is known to be missing.
/// </summary>
internal sealed class LossFinder(CommitStore commits, BlockRunReader reader)
{
    private const int ParallelReads = 16;

    internal async Task<IReadOnlyList<LostInstance>> FindAsync(ReadPlan plan, CancellationToken cancellationToken)
    {
        var found = new Dictionary<int, SelectionTotals>();
        var seen = new HashSet<(int, int)>();
        await foreach (var served in reader.ReadAsync(plan.Selection.Seal.Run, plan.Runs, (_, _) => { }, cancellationToken))
        {
            var header = served.Block.Header;
            if (seen.Add((header.Index, header.Sequence)))
            {
                found[header.Index] = found.GetValueOrDefault(header.Index).Plus(header);
            }
        }

        var lost = new LostInstance?[plan.Seal.Instances.Count];
        await Parallel.ForEachAsync(
            plan.Seal.Instances.Where(instance => plan.Selection.Wants(instance.Index)),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelReads, CancellationToken = cancellationToken },
            async (instance, token) =>
            {
                if (await ExpectAsync(plan, instance, token) != found.GetValueOrDefault(instance.Index))
                {
                    lost[instance.Index] = new LostInstance(new InstanceId(plan.Seal.Output.Task, instance.Index), instance.Generation);
                }
            });
        return [.. lost.OfType<LostInstance>()];
    }

    /// <summary>What the instance committed of the selection; null if its commit is lost as well.</summary>
    private async Task<SelectionTotals?> ExpectAsync(ReadPlan plan, SealedInstance instance, CancellationToken cancellationToken)
    {
        if (instance.Blocks == 0)
        {
            return default(SelectionTotals);
        }

        try
        {
            var id = new InstanceId(plan.Seal.Output.Task, instance.Index);
            var commit = await commits.FindAsync(plan.Selection.Seal.Run, id, instance.Generation, cancellationToken);
            var output = commit?.Outputs.FirstOrDefault(output => output.Name == plan.Seal.Output.Output);
            return output?.Partitions.Where(partition => plan.Selection.Partition is null || partition.Partition == plan.Selection.Partition)
                .Aggregate(default(SelectionTotals), (sum, partition) => sum.Plus(partition));
        }
        catch (ShuffleException exception) when (exception.Error == ShuffleError.DataLoss)
        {
            return null;
        }
    }
}
