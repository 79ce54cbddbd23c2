using Executor.Kubernetes.Client;
using Executor.Kubernetes.Config;
using Executor.Kubernetes.Models;
using Executor.Kubernetes.Watching;

namespace Executor.Kubernetes.Informers;

/// <summary>
/// Keeps a store equal to the server's objects and tells one handler of every change (client-go's reflector, store and shared informer in one).
/// <para>What the handler can rely on:</para>
/// <list type="bullet">
/// <item>Calls come one at a time, and each sees the store with its change made. The changes of one object come in the order of its versions; between objects
/// the order is the server's, except within a list.</item>
/// <item>Intermediate versions may be left out, never the last one: after any failure a list or a resumed watch brings the store to the server's state, and
/// each difference is told. A deletion that nobody saw is told with <see cref="InformerEvent{T}.IsFinalStateUnknown"/>.</item>
/// <item>A name that was deleted and created anew is told as Deleted and Added, never as Updated.</item>
/// <item>No version of an object is told twice in a row.</item>
/// <item>Until <see cref="WaitForSyncAsync"/> has ended the store is a part of the truth.</item>
/// </list>
/// <para>Lists are consistent reads of the newest state, in pages. A list follows 410, repeated watches that end at once, and repeated silence; a broken
/// connection, a refusal with 429 or 5xx, or one silence only resumes the watch. Failures back off with jitter and honour Retry-After.</para>
/// <para>Memory: the store, one page of a list and one line of a watch. Nothing is queued: a slow handler slows the reading down, and a server that
/// loses patience closes the watch.</para>
/// </summary>
/// <typeparam name="T">What is observed.</typeparam>
public sealed class Informer<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly GenericClient<T> _client;
    private readonly InformerOptions<T> _options;
    private readonly IInformerHandler<T> _handler;
    private readonly TimeProvider _time;
    private readonly ObjectStore<T> _store;
    private readonly Recovery _recovery;
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _resourceVersion;
    private long _reconciledAt;
    private int _isRunning;

    /// <summary>An informer; it does nothing before <see cref="RunAsync"/>.</summary>
    /// <param name="client">The objects; of one namespace or of all.</param>
    /// <param name="options">What to observe and how.</param>
    /// <param name="handler">Takes the changes.</param>
    public Informer(GenericClient<T> client, InformerOptions<T> options, IInformerHandler<T> handler)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        if (options.ReconcileInterval <= TimeSpan.Zero && options.ReconcileInterval != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentException($"ReconcileInterval is {options.ReconcileInterval}, expected more than zero, or infinite", nameof(options));
        }

        _client = client;
        _options = options;
        _handler = handler;
        _time = options.TimeProvider ?? client.Client.TimeProvider;
        _store = new ObjectStore<T>(options.IndexKey);
        _recovery = new Recovery(options.MinBackoff, options.MaxBackoff, options.Jitter);
    }

    /// <summary>How many objects the store holds. Safe from any thread.</summary>
    public int Count => _store.Count;

    /// <summary>All objects of the store, in no order. They are shared: not to be changed. Safe from any thread.</summary>
    public IReadOnlyList<T> Snapshot() => _store.Snapshot();

    /// <summary>One object; null where the store has none. It is shared: not to be changed. Safe from any thread.</summary>
    /// <param name="name">The object's name.</param>
    /// <param name="namespaceName">Its namespace; null for a cluster-scoped kind.</param>
    public T? Get(string name, string? namespaceName) => _store.TryGet(new ObjectKey(namespaceName ?? "", name), out var found) ? found : null;

    /// <summary>The objects whose <see cref="InformerOptions{T}.IndexKey"/> is the given one. They are shared. Safe from any thread.</summary>
    public IReadOnlyList<T> ByIndex(string key) => _store.ByIndex(key);

    /// <summary>Ends when the first list is complete and handled; fails when <see cref="RunAsync"/> fails before that.</summary>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

    /// <summary>Runs until cancelled, through every failure of the server or the connection. Once per instance.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="Exception">The handler, the transform or the index threw.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
        {
            throw new InvalidOperationException("An informer runs once: make another.");
        }

        try
        {
            _reconciledAt = _time.GetTimestamp();
            var step = new RecoveryStep(Relists: true, TimeSpan.Zero);
            while (true)
            {
                step = await RunStepAsync(step.Relists, cancellationToken);
                await WaitAsync(Task.Delay(step.Pause, _time, cancellationToken), Timeout.InfiniteTimeSpan, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (Exception e)
        {
            _synced.TrySetException(e);
            _ = _synced.Task.Exception;
            throw;
        }
    }

    /// <summary>Lists if needed, then watches until the watch ends, and says what is next.</summary>
    private async Task<RecoveryStep> RunStepAsync(bool relists, CancellationToken cancellationToken)
    {
        Exception failure;
        Ending ending;
        try
        {
            if (relists)
            {
                await ListAsync(cancellationToken);
            }

            ending = await WatchAsync(cancellationToken);
            if (ending == Ending.Closed)
            {
                return _recovery.After(ending);
            }

            failure = ending == Ending.Silent
                ? new TimeoutException($"the watch brought neither event nor bookmark for {_options.SilenceLimit.TotalSeconds:0} s")
                : new EndOfStreamException("the server closed the watch at once");
        }
        catch (KubernetesException e)
        {
            failure = e;
            ending = Classify(e);
        }
        catch (KubeConfigException e)
        {
            failure = e;
            ending = Ending.Refused;
        }

        var step = _recovery.After(ending, (failure as KubernetesException)?.RetryAfter);

        // Without a complete list there is no version to watch from.
        step = step with { Relists = step.Relists || _resourceVersion is null };
        _options.OnFailure?.Invoke(new InformerFailure(failure, step.Relists, step.Pause));
        return step;
    }

    private static Ending Classify(KubernetesException failure) => failure switch
    {
        { IsExpired: true } => Ending.Expired,
        { IsTransient: true } => Ending.Interrupted,
        _ => Ending.Refused,
    };

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        _resourceVersion = null;
        var selection = new ListOptions
        {
            LabelSelector = _options.LabelSelector,
            FieldSelector = _options.FieldSelector,
            Limit = _options.PageSize,
        };
        var seen = new HashSet<ObjectKey>();
        string? version = null;
        await foreach (var page in _client.ListPagesAsync(selection, cancellationToken))
        {
            if (page.IsFirst)
            {
                seen.Clear();
            }

            foreach (var item in page.List.Items)
            {
                seen.Add(ObjectKey.Of(item.Metadata));
                await UpsertAsync(item, cancellationToken);
            }

            version = page.List.Metadata.ResourceVersion;
        }

        foreach (var key in _store.KeysExcept(seen))
        {
            await RemoveAsync(key, null, cancellationToken);
        }

        _resourceVersion = version;
        _recovery.Listed();
        await ReconcileAsync(cancellationToken);
        _synced.TrySetResult();
    }

    private async Task<Ending> WatchAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var options = new WatchOptions
        {
            LabelSelector = _options.LabelSelector,
            FieldSelector = _options.FieldSelector,
            ResourceVersion = _resourceVersion,
            TimeoutSeconds = (int)(_options.WatchTimeout * (1 + _options.Jitter())).TotalSeconds,
        };
        var brought = false;
        var events = _client.WatchAsync(options, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = Task.FromResult(false);
        try
        {
            while (true)
            {
                next = events.MoveNextAsync().AsTask();
                if (!await WaitAsync(next, _options.SilenceLimit, cancellationToken))
                {
                    return Ending.Silent;
                }

                if (!await next)
                {
                    return brought || _time.GetElapsedTime(started) >= _options.InstantClose ? Ending.Closed : Ending.ClosedAtOnce;
                }

                brought = true;
                await ApplyAsync(events.Current, cancellationToken);
            }
        }
        finally
        {
            // An enumerator is disposed of only after its last step has ended.
            await stop.CancelAsync();
            await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            _ = next.Exception;
            await events.DisposeAsync();
        }
    }

    private async Task ApplyAsync(WatchEvent<T> received, CancellationToken cancellationToken)
    {
        if (received.Value is { } value)
        {
            await (received.Type == WatchEventType.Deleted
                ? RemoveAsync(ObjectKey.Of(value.Metadata), value, cancellationToken)
                : UpsertAsync(value, cancellationToken));
        }

        // Only now: were the handler to fail, the version would stand for something that was not handled.
        _resourceVersion = received.ResourceVersion ?? _resourceVersion;
        _recovery.Progressed();
    }

    private async ValueTask UpsertAsync(T value, CancellationToken cancellationToken)
    {
        var key = ObjectKey.Of(value.Metadata);
        if (_store.TryGet(key, out var old))
        {
            if (old.Metadata.Uid == value.Metadata.Uid && old.Metadata.ResourceVersion == value.Metadata.ResourceVersion)
            {
                return;
            }

            if (old.Metadata.Uid != value.Metadata.Uid)
            {
                await RemoveAsync(key, null, cancellationToken);
                old = null;
            }
        }

        value = _options.Transform?.Invoke(value) ?? value;
        _store.Set(key, _options.Retain?.Invoke(value) ?? value);
        var type = old is null ? InformerEventType.Added : InformerEventType.Updated;
        await _handler.HandleAsync(new InformerEvent<T>(type, value, old), cancellationToken);
    }

    private async ValueTask RemoveAsync(ObjectKey key, T? finalState, CancellationToken cancellationToken)
    {
        if (!_store.TryGet(key, out var old) || (finalState is not null && finalState.Metadata.Uid != old.Metadata.Uid))
        {
            return;
        }

        _store.Remove(key);
        var last = finalState is null ? old : _options.Transform?.Invoke(finalState) ?? finalState;
        await _handler.HandleAsync(
            new InformerEvent<T>(InformerEventType.Deleted, last, old, IsFinalStateUnknown: finalState is null), cancellationToken);
    }

    /// <summary>Waits for a task, reconciling in the meantime; false when the limit comes first.</summary>
    private async ValueTask<bool> WaitAsync(Task task, TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            // Before all else: under a stream of events the task is always complete already.
            var untilReconcile = Rest(_options.ReconcileInterval, _reconciledAt);
            if (untilReconcile == TimeSpan.Zero)
            {
                await ReconcileAsync(cancellationToken);
                untilReconcile = _options.ReconcileInterval;
            }

            if (task.IsCompleted)
            {
                return true;
            }

            var rest = Rest(limit, started);
            if (rest == TimeSpan.Zero)
            {
                return false;
            }

            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var due = rest == Timeout.InfiniteTimeSpan || (untilReconcile != Timeout.InfiniteTimeSpan && untilReconcile < rest) ? untilReconcile : rest;
            await Task.WhenAny(task, Task.Delay(due, _time, timer.Token));
            await timer.CancelAsync();
        }
    }

    private TimeSpan Rest(TimeSpan interval, long since)
    {
        if (interval == Timeout.InfiniteTimeSpan)
        {
            return interval;
        }

        var rest = interval - _time.GetElapsedTime(since);
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    private async ValueTask ReconcileAsync(CancellationToken cancellationToken)
    {
        await _handler.ReconcileAsync(cancellationToken);
        _reconciledAt = _time.GetTimestamp();
    }
}
