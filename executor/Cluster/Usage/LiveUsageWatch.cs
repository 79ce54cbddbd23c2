using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;

namespace Executor.Cluster.Usage;

/// <summary>
/// Tells every now and then what a run uses, as long as it lives. It asks no oftener than a metrics server measures, and gives it twenty times as long as
/// an answer took. A cluster with nobody to ask, neither a metrics server nor kubelets, is left alone after the first try; whatever else fails is tried again. No
/// failure of it is anybody's but its own.
/// </summary>
internal sealed class LiveUsageWatch : IAsyncDisposable
{
    /// <summary>How often a metrics server measures.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private const int Rest = 20;
    private readonly CancellationTokenSource _ending = new();
    private Task _watching = Task.CompletedTask;

    private LiveUsageWatch()
    {
    }

    /// <summary>Completes once there is nobody left to ask, or it was disposed of.</summary>
    public Task Watching => _watching;

    /// <summary>Begins to watch.</summary>
    /// <param name="reader">Reads.</param>
    /// <param name="run">The run.</param>
    /// <param name="tell">Is told, one call at a time, whenever something was measured.</param>
    /// <param name="time">The clock.</param>
    public static LiveUsageWatch Start(LiveUsageReader reader, string run, Action<LiveUsage> tell, TimeProvider time)
    {
        var watch = new LiveUsageWatch();
        watch._watching = WatchAsync(reader, run, tell, time, watch._ending.Token);
        return watch;
    }

    /// <summary>Ends it: nothing is told after that.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private static async Task WatchAsync(LiveUsageReader reader, string run, Action<LiveUsage> tell, TimeProvider time, CancellationToken cancellationToken)
    {
        var pause = Interval;
        while (true)
        {
            await Task.Delay(pause, time, cancellationToken);
            var asked = time.GetTimestamp();
            try
            {
                var usage = await reader.ReadAsync(run, cancellationToken);
                if (usage.Tasks.Count > 0)
                {
                    tell(usage);
                }
            }
            catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.IsForbidden)
            {
                return;
            }
            catch (Exception failure) when (failure is KubernetesException or KubeConfigException or IOException)
            {
                // A metrics server that restarts answers again.
            }

            var took = time.GetElapsedTime(asked);
            pause = took * Rest > Interval ? took * Rest : Interval;
        }
    }
}
