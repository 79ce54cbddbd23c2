using Executor.Contracts.Identity;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Shuffle.Channel;

namespace Executor.Driving;

/// <summary>
/// Reads what is needed to choose slices: the seal, and the commits of all producing instances where some partition is to be split.
/// </summary>
internal sealed class SliceReader(IRunRecords records, string run)
{
    private const int ReadsAtATime = 16;

    /// <summary>Looks at a sealed output.</summary>
    /// <param name="source">The output.</param>
    /// <param name="generation">The seal's generation.</param>
    /// <param name="generations">The generation of each producing instance that the seal gathers, in order of index.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ShuffleException">The store cannot be reached, or the seal is not there or damaged.</exception>
    public async Task<FoundSlices> ReadAsync(SplitSource source, int generation, IReadOnlyList<int> generations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var (over, aboveBytes) = source.Split;
        var seal = await SealReader.ReadAsync(records, run, over, generation, cancellationToken);
        var chooser = new SliceChooser(over, aboveBytes, source.Partitions, generations.Count, seal.Partitions);
        if (!chooser.Splits)
        {
            return new FoundSlices(chooser.Choose(), []);
        }

        var lost = new List<AttemptRef>();
        var reads = new Queue<Task<FoundCommit>>();
        for (var index = 0; index < generations.Count; index++)
        {
            while (reads.Count < ReadsAtATime && index + reads.Count < generations.Count)
            {
                var ahead = index + reads.Count;
                reads.Enqueue(CommitReader.ReadAsync(records, run, new InstanceId(over.Task, ahead), generations[ahead], cancellationToken));
            }

            var written = (await reads.Dequeue()).Commit?.Outputs.FirstOrDefault(output => output.Name == over.Output)?.Partitions;
            if (written is null)
            {
                lost.Add(new AttemptRef(source.Task, index, generations[index], 0));
            }

            chooser.Add(written ?? []);
        }

        return lost.Count == 0 ? new FoundSlices(chooser.Choose(), []) : new FoundSlices(null, lost);
    }
}

/// <summary>What was found.</summary>
/// <param name="Choice">The slices; null where they cannot be chosen.</param>
/// <param name="Lost">The producing instances whose commits are missing or damaged; the attempts' numbers mean nothing.</param>
internal sealed record FoundSlices(SliceChoice? Choice, IReadOnlyList<AttemptRef> Lost);
