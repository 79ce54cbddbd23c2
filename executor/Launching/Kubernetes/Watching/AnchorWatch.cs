using Executor.Kubernetes.Client;
using Executor.Kubernetes.Informers;
using Executor.Kubernetes.Models;

namespace Executor.Launching.Kubernetes.Watching;

/// <summary>
/// Watches the run's anchor: without it the cluster deletes every Job that is made for the run, so that whoever drives the run must stop.
/// </summary>
internal sealed class AnchorWatch(GenericClient<V1ConfigMap> maps, string name, string uid)
{
    private bool _wasSeen;
    private bool _isGone;

    /// <summary>Watches until cancelled.</summary>
    /// <exception cref="AnchorDeletedException">The anchor was deleted.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var informer = new Informer<V1ConfigMap>(maps, new InformerOptions<V1ConfigMap> { FieldSelector = $"metadata.name={name}" }, new Handler(this, gone));
        try
        {
            var watching = informer.RunAsync(gone.Token);
            var shown = informer.WaitForSyncAsync(gone.Token);
            await Task.WhenAny(watching, shown);
            if (shown.IsCompletedSuccessfully && !_wasSeen)
            {
                // It was deleted before the watch began.
                _isGone = true;
                await gone.CancelAsync();
            }

            await watching;
        }
        catch (OperationCanceledException) when (_isGone)
        {
            throw new AnchorDeletedException($"somebody deleted the run's anchor (ConfigMap {name}), and with it everything of the run in the cluster");
        }
    }

    private void See(InformerEvent<V1ConfigMap> change, CancellationTokenSource gone)
    {
        var isOurs = change.Value.Metadata.Uid == uid;
        if (isOurs && change.Type != InformerEventType.Deleted && change.Value.Metadata.DeletionTimestamp is null)
        {
            _wasSeen = true;
        }
        else if (isOurs || _wasSeen)
        {
            _isGone = true;
            gone.Cancel();
        }
    }

    private sealed class Handler(AnchorWatch watch, CancellationTokenSource gone) : IInformerHandler<V1ConfigMap>
    {
        public ValueTask HandleAsync(InformerEvent<V1ConfigMap> change, CancellationToken cancellationToken)
        {
            watch.See(change, gone);
            return ValueTask.CompletedTask;
        }

        public ValueTask ReconcileAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}

/// <summary>The run's anchor was deleted: nothing can be launched for the run any more.</summary>
/// <param name="message">One sentence for people.</param>
internal sealed class AnchorDeletedException(string message) : Exception(message);
