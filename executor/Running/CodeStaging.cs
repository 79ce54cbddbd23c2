using Executor.Building;
using Executor.Bundling;
using Executor.Hosting;
using Executor.Planning;
using Executor.Shuffle.Channel;

namespace Executor.Running;

/// <summary>Brings the code of a plan to where its attempts find it: built and packed on this machine, then put into the run's records.</summary>
/// <param name="tasks">Builds .NET tasks.</param>
/// <param name="bundles">Packs folders.</param>
internal sealed class CodeStaging(DotnetTaskBuilder tasks, BundleBuilder bundles)
{
    /// <summary>Builds and packs everything; needs no store.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="packsAssemblies">
    /// True where attempts run elsewhere: .NET tasks are packed too, with all that lies beside their assembly, unless they are in an image there. False
    /// leaves them where they are.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TaskBuildException">A .NET task cannot be built.</exception>
    /// <exception cref="BundleException">A folder cannot be packed, or is not what was planned any more.</exception>
    public async Task<StagedCode> BuildAsync(RunPlan plan, bool packsAssemblies, CancellationToken cancellationToken)
    {
        var staged = new StagedCode();
        foreach (var task in plan.Tasks)
        {
            var isThere = packsAssemblies && task.Dotnet is { IsInImage: true };
            if (task.Dotnet is { } dotnet && !isThere && !staged.Has(dotnet.Source))
            {
                var assembly = await tasks.BuildAsync(dotnet, cancellationToken);
                var bundle = packsAssemblies ? await PackAsync(Path.GetDirectoryName(assembly)!, null, null, cancellationToken) : null;
                staged.Add(dotnet.Source, bundle, bundle is null ? assembly : Path.GetFileName(assembly));
            }

            if (task.Code is { } code && !staged.Has(code.Folder))
            {
                staged.Add(code.Folder, await PackAsync(code.Folder, code.LeftOut, code.Sha256, cancellationToken), assembly: null);
            }
        }

        return staged;
    }

    private async Task<Bundle> PackAsync(string folder, string? leaveOut, string? planned, CancellationToken cancellationToken)
    {
        try
        {
            var tree = CodeTree.Read(folder, leaveOut);
            return planned is null || tree.Sha256 == planned
                ? await bundles.BuildAsync(tree, cancellationToken)
                : throw new BundleException($"{folder} was changed since the workflow was read; run the command again");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"{folder} cannot be packed: {e.Message}", e);
        }
    }
}

/// <summary>A plan's code, ready to be put into the records of a run.</summary>
internal sealed class StagedCode
{
    private readonly Dictionary<string, (Bundle? Bundle, string? Assembly)> _sources = [];

    /// <summary>
    /// Puts every bundle into the run's records (<see cref="BundleStore.PutAsync"/>), which may be repeated.
    /// </summary>
    /// <returns>Where the code is, for <see cref="DescriptorFactory"/>.</returns>
    /// <exception cref="BundleException">A bundle on this machine is damaged.</exception>
    /// <exception cref="ShuffleException">The store refused or could not be reached.</exception>
    public async Task<IReadOnlyDictionary<string, CodeLocation>> PutAsync(IRunRecords records, string run, CancellationToken cancellationToken)
    {
        var locations = new Dictionary<string, CodeLocation>();
        foreach (var (source, (bundle, assembly)) in _sources)
        {
            if (bundle is not null)
            {
                await BundleStore.PutAsync(records, run, bundle, cancellationToken);
            }

            locations[source] = new CodeLocation(bundle?.Code, assembly);
        }

        return locations;
    }

    /// <summary>Builds, packs and puts the code of a plan whose attempts run elsewhere; see <see cref="CodeStaging.BuildAsync"/>.</summary>
    public static async Task<IReadOnlyDictionary<string, CodeLocation>> ProvideAsync(
        string? state, RunPlan plan, IRunRecords records, string run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (!plan.Tasks.Any(task => task.Dotnet is { IsInImage: false } || task.Code is not null))
        {
            // In a pod there may be no folder to write to, and none is needed.
            return new Dictionary<string, CodeLocation>();
        }

        var folder = StateDirectory.Open(state);
        using var builder = new DotnetTaskBuilder(folder.Root);
        var staged = await new CodeStaging(builder, new BundleBuilder(folder.Bundles, TimeProvider.System)).BuildAsync(plan, packsAssemblies: true, cancellationToken);
        return await staged.PutAsync(records, run, cancellationToken);
    }

    internal bool Has(string source) => _sources.ContainsKey(source);

    internal void Add(string source, Bundle? bundle, string? assembly) => _sources[source] = (bundle, assembly);
}
