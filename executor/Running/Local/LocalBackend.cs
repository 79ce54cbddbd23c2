using Executor.Building;
using Executor.Bundling;
using Executor.Hosting;
using Executor.Launching.Local;
using Executor.Planning;

namespace Executor.Running.Local;

/// <summary>Runs attempts as processes of this machine; see <see cref="LocalProcessLauncher"/>.</summary>
internal sealed class LocalBackend : IRunBackend
{
    private readonly RunRequest _request;
    private readonly StateDirectory _state;
    private readonly TimeProvider _time;

    private LocalBackend(RunRequest request, StateDirectory state, StoreConnection store, TimeProvider time)
    {
        _request = request;
        _state = state;
        _time = time;
        Store = store;
    }

    /// <inheritdoc/>
    public StoreConnection Store { get; }

    /// <summary>Opens the store. Throws what <see cref="StoreConnection.OpenAsync"/> throws.</summary>
    public static async Task<IRunBackend> OpenAsync(RunRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var state = StateDirectory.Open(request.State);
        return new LocalBackend(request, state, await StoreConnection.OpenAsync(request.Store, state, cancellationToken), time);
    }

    /// <inheritdoc/>
    public async Task<PreparedRun> PrepareAsync(ResolvedWorkflow workflow, string run, IRunOutput output, CancellationToken cancellationToken)
    {
        var plan = workflow.Plan;
        using var builder = new DotnetTaskBuilder(_state.Root);
        var staged = await new CodeStaging(builder, new BundleBuilder(_state.Bundles, _time)).BuildAsync(plan, packsAssemblies: false, cancellationToken);
        var code = await staged.PutAsync(Store.Records, run, cancellationToken);
        if (ClusterOnlyFields.Warning(plan) is { } warning)
        {
            output.Notice(warning);
        }

        var cgroups = CgroupRoot.Find();
        var launching = new LocalLauncherOptions
        {
            Directory = _state.Attempts,
            Runner = RunnerLocation.Find(),
            StoreTrust = Store.Trust,
            Capacity = _request.Parallel ?? Environment.ProcessorCount,
            Cgroups = cgroups,
            Log = output.Log,
            KeepFiles = _request.KeepFiles,
        };
        return new PreparedRun
        {
            Launcher = new LocalProcessLauncher(launching, _time),
            Descriptors = new DescriptorFactory(plan, run, Store.Addresses, code),
            Machine = cgroups is null
                ? "memory limits are watched every 100 ms: this process may not make cgroups"
                : $"memory limits are enforced by cgroups {(cgroups.Unified ? "v2" : "v1")}",
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
