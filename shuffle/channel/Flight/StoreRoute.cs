using System.Text;
using Executor.Contracts.Integrity;
using Executor.Flight.Client;
using Executor.Grpc;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>
/// The way of one call, or of one stream with all its continuations, over the pods: each is tried once, at once, before there is a pause and all are tried
/// again. For one caller at a time.
/// </summary>
internal sealed class StoreRoute(StoreConnections pods, string key)
{
    private readonly uint _key = Crc32C.Of(Encoding.UTF8.GetBytes(key));
    private readonly List<StorePod> _tried = [];
    private StorePod? _current;
    private TimeSpan? _retryAfter;
    private int _rounds;

    /// <summary>Chooses the pod of the next try. As long as all are well, everybody is led to the same pod for the same key.</summary>
    internal FlightClient Next()
    {
        var known = pods.Known;
        if (known.Choose(_key, _tried) is not { } pod)
        {
            // Another look at the names has taken the last one away that was left to try.
            _tried.Clear();
            pod = known.Choose(_key, _tried)!;
        }

        pod.Chosen();
        _current = pod;
        return pod.Client;
    }

    /// <summary>Notes that the pod has answered.</summary>
    internal void Answered() => _current!.Succeeded();

    /// <summary>Notes that the caller has got further: the patience begins anew.</summary>
    internal void Progressed()
    {
        _rounds = 0;
        StartRound();
    }

    /// <summary>Notes a failure, and waits before the next try where all pods have had theirs.</summary>
    /// <exception cref="ShuffleException">There is no next try: the failure is final, or this was the last one.</exception>
    internal async Task FailedAsync(RpcException failure, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var known = ShuffleStatus.FromWire(failure);
        if (!ShuffleStatus.IsTransient(failure))
        {
            throw known;
        }

        if (_current is { } pod)
        {
            pod.Failed(known.RetryAfter);
            _tried.Add(pod);
        }

        pods.NoteFailure();
        _retryAfter = known.RetryAfter < _retryAfter || _retryAfter is null ? known.RetryAfter : _retryAfter;
        if (pods.Known.HasOther(_tried))
        {
            return;
        }

        var options = pods.Options;
        if (++_rounds >= options.MaxTries)
        {
            throw known;
        }

        var delay = TimeSpan.FromTicks(Math.Min(options.MaxDelay.Ticks, options.FirstDelay.Ticks << Math.Min(_rounds - 1, 20)));
        delay = _retryAfter > delay ? _retryAfter.Value : delay;
        StartRound();
        await Task.Delay(delay < options.MaxDelay ? delay : options.MaxDelay, options.TimeProvider, cancellationToken);
    }

    private void StartRound()
    {
        _tried.Clear();
        _retryAfter = null;
    }
}
