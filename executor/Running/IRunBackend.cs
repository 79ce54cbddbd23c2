using Executor.Hosting;
using Executor.Launching;
using Executor.Planning;
using Executor.Sizing;

namespace Executor.Running;

/// <summary>Where a run's attempts run: this machine or a cluster.</summary>
internal interface IRunBackend : IAsyncDisposable
{
    /// <summary>The store that the run's records and data are in.</summary>
    StoreConnection Store { get; }

    /// <summary>Makes ready for a run's attempts whatever they need, and starts what launches them.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="output">Is told what people should know of.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    Task<PreparedRun> PrepareAsync(ResolvedWorkflow workflow, string run, IRunOutput output, CancellationToken cancellationToken);
}

/// <summary>A run whose attempts can be launched. Disposing of it ends what launches them.</summary>
internal sealed record PreparedRun : IAsyncDisposable
{
    /// <summary>Launches attempts.</summary>
    public required ILauncher Launcher { get; init; }

    /// <summary>Makes their descriptors.</summary>
    public required DescriptorFactory Descriptors { get; init; }

    /// <summary>One phrase for people on where and how attempts run.</summary>
    public required string Machine { get; init; }

    /// <summary>The most attempts that may be launched and not seen to run; null for the scheduler's default.</summary>
    public int? PendingLimit { get; init; }

    /// <summary>Says what attempts get whose tasks leave that to the cluster's VPA; null where there is none.</summary>
    public IClassRecommender? Recommender { get; init; }

    /// <summary>What lives beside the launcher and ends before it.</summary>
    public IReadOnlyList<IAsyncDisposable> Companions { get; init; } = [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var companion in Companions)
        {
            await companion.DisposeAsync();
        }

        await Launcher.DisposeAsync();
    }
}
