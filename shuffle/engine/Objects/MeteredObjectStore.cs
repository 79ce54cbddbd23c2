using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Executor.Shuffle.Engine.Metrics;

namespace Executor.Shuffle.Engine.Objects;

/// <summary>Measures and counts what is asked of another object store, which it owns: its operations, and the requests that they took. Thread-safe.</summary>
internal sealed class MeteredObjectStore : IObjectStore, IRequestObserver
{
    private readonly IObjectStore _inner;
    private readonly StoreInstruments _instruments;
    private readonly IRequestObserver _observer;
    private readonly bool _tellsRequests;
    private long _creates;
    private long _puts;
    private long _gets;
    private long _lists;
    private long _deletes;
    private long _bytesWritten;
    private long _bytesRead;

    /// <summary>Measures with the instruments, and tells an observer of the same requests.</summary>
    internal MeteredObjectStore(IObjectStore inner, StoreInstruments instruments, IRequestObserver observer)
    {
        _inner = inner;
        _observer = observer;
        _instruments = instruments;
        _tellsRequests = inner.TryObserve(this);
    }

    /// <summary>The counts up to now.</summary>
    internal ObjectStoreCounters Counters => new(
        Interlocked.Read(ref _creates), Interlocked.Read(ref _puts), Interlocked.Read(ref _gets), Interlocked.Read(ref _lists),
        Interlocked.Read(ref _deletes), Interlocked.Read(ref _bytesWritten), Interlocked.Read(ref _bytesRead));

    /// <inheritdoc/>
    public void OnRequest(in ObjectRequest request)
    {
        _instruments.RequestEnded(NameOf(request.Method), request.Succeeded, request.IsRetry);
        _observer.OnRequest(request);
    }

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _creates);
        Interlocked.Add(ref _bytesWritten, content.Length);
        return MeasureAsync(
            "create",
            RequestMethod.Put,
            key,
            async () =>
            {
                var created = await _inner.TryCreateAsync(key, content, cancellationToken);
                _observer.OnBytes(key, created ? content.Length : 0, 0);
                return created;
            },
            created => created ? "ok" : "exists");
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _puts);
        Interlocked.Add(ref _bytesWritten, content.Length);
        return MeasureAsync(
            "put",
            RequestMethod.Put,
            key,
            async () =>
            {
                await _inner.PutAsync(key, content, cancellationToken);
                _observer.OnBytes(key, content.Length, 0);
                return true;
            },
            _ => "ok");
    }

    /// <inheritdoc/>
    public Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken) =>
        ReadAsync(key, () => _inner.GetAsync(key, range, destination, cancellationToken));

    /// <inheritdoc/>
    public Task<ObjectRead?> ScatterAsync(
        string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken) =>
        ReadAsync(key, () => _inner.ScatterAsync(key, range, destination, cancellationToken));

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _lists);

        // The time of whoever takes the entries is not the object store's.
        var spent = TimeSpan.Zero;
        var result = "ok";
        await using var entries = _inner.ListAsync(prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (true)
            {
                var began = Stopwatch.GetTimestamp();
                try
                {
                    if (!await entries.MoveNextAsync())
                    {
                        break;
                    }
                }
                catch (Exception exception)
                {
                    result = ResultOf(exception);
                    throw;
                }
                finally
                {
                    spent += Stopwatch.GetElapsedTime(began);
                }

                yield return entries.Current;
            }
        }
        finally
        {
            Ended("list", RequestMethod.List, prefix, result, spent);
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _deletes);
        return MeasureAsync(
            "delete",
            RequestMethod.Delete,
            key,
            async () =>
            {
                await _inner.DeleteAsync(key, cancellationToken);
                return true;
            },
            _ => "ok");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private Task<ObjectRead?> ReadAsync(string key, Func<Task<ObjectRead?>> act)
    {
        Interlocked.Increment(ref _gets);
        return MeasureAsync(
            "get",
            RequestMethod.Get,
            key,
            async () =>
            {
                var read = await act();
                Interlocked.Add(ref _bytesRead, read?.Count ?? 0);
                _observer.OnBytes(key, 0, read?.Count ?? 0);
                return read;
            },
            read => read is null ? "missing" : "ok");
    }

    private async Task<T> MeasureAsync<T>(string operation, RequestMethod method, string key, Func<Task<T>> act, Func<T, string> resultOf)
    {
        var began = Stopwatch.GetTimestamp();
        var result = "failed";
        try
        {
            var answer = await act();
            result = resultOf(answer);
            return answer;
        }
        catch (Exception exception)
        {
            result = ResultOf(exception);
            throw;
        }
        finally
        {
            Ended(operation, method, key, result, Stopwatch.GetElapsedTime(began));
        }
    }

    private void Ended(string operation, RequestMethod method, string key, string result, TimeSpan took)
    {
        _instruments.OperationEnded(operation, result, took);
        if (!_tellsRequests)
        {
            OnRequest(new ObjectRequest(method, key, Succeeded: result is "ok" or "exists" or "missing"));
        }
    }

    private static string ResultOf(Exception exception) => exception switch
    {
        ObjectStoreException { Error: ObjectStoreError.Unavailable } => "unavailable",
        ObjectStoreException { Error: ObjectStoreError.Full } => "full",
        ObjectStoreException { Error: ObjectStoreError.Denied } => "denied",
        OperationCanceledException => "cancelled",
        _ => "failed",
    };

    private static string NameOf(RequestMethod method) => method switch
    {
        RequestMethod.Put => "put",
        RequestMethod.Get => "get",
        RequestMethod.Head => "head",
        RequestMethod.List => "list",
        _ => "delete",
    };
}
