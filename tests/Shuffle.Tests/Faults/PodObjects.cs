using System.Buffers;
using System.Runtime.CompilerServices;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;

namespace Shuffle.Tests.Faults;

/// <summary>
/// A store pod's way to the object store. From the moment the pod is killed nothing of it reaches the object store any more; what is under way then
/// may happen or not. The start-up probe has objects of its own, in memory.
/// </summary>
/// <param name="objects">The object store, with whatever goes wrong on the way to it.</param>
/// <param name="direct">The same without it, for requests that are carried out late.</param>
/// <param name="misfortunes">What goes wrong.</param>
internal sealed class PodObjects(IObjectStore objects, IObjectStore direct, Misfortunes misfortunes) : IObjectStore
{
    private readonly MemoryObjectStore _probe = new();
    private readonly CancellationTokenSource _killed = new();

    /// <summary>Kills the pod.</summary>
    internal required Action Kill { get; init; }

    /// <summary>Asks the pod to end.</summary>
    internal required Action Drain { get; init; }

    /// <summary>Nothing reaches the object store from now on.</summary>
    internal void Close() => _killed.Cancel();

    public async Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) => IsProbe(key)
        ? await _probe.TryCreateAsync(key, content, cancellationToken)
        : await RunAsync(key, isWrite: true, token => objects.TryCreateAsync(key, content, token), Late(content, bytes => direct.TryCreateAsync(key, bytes, CancellationToken.None)), cancellationToken);

    public async Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        if (IsProbe(key))
        {
            await _probe.PutAsync(key, content, cancellationToken);
            return;
        }

        await RunAsync(
            key,
            isWrite: true,
            async token =>
            {
                await objects.PutAsync(key, content, token);
                return true;
            },
            Late(content, bytes => direct.PutAsync(key, bytes, CancellationToken.None)),
            cancellationToken);
    }

    public async Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken) => IsProbe(key)
        ? await _probe.GetAsync(key, range, destination, cancellationToken)
        : await RunAsync(key, isWrite: false, token => objects.GetAsync(key, range, destination, token), null, cancellationToken);

    public async Task<ObjectRead?> ScatterAsync(string key, ObjectRange range, IReadOnlyList<Memory<byte>> destination, CancellationToken cancellationToken) => IsProbe(key)
        ? await ((IObjectStore)_probe).ScatterAsync(key, range, destination, cancellationToken)
        : await RunAsync(key, isWrite: false, token => objects.ScatterAsync(key, range, destination, token), null, cancellationToken);

    public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var entries = IsProbe(prefix) ? _probe.ListAsync(prefix, cancellationToken) : objects.ListAsync(prefix, cancellationToken);
        await foreach (var entry in entries)
        {
            ThrowIfKilled();
            yield return entry;
        }
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        if (IsProbe(key))
        {
            await _probe.DeleteAsync(key, cancellationToken);
            return;
        }

        ThrowIfKilled();
        await objects.DeleteAsync(key, cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _killed.Dispose();
        return _probe.DisposeAsync();
    }

    private static bool IsProbe(string key) => key.StartsWith("probe/", StringComparison.Ordinal);

    private static ProtocolStep? StepOf(string key, bool isWrite)
    {
        if (key.StartsWith("runs/", StringComparison.Ordinal))
        {
            return ProtocolStep.Marker;
        }

        return key.Split('/') switch
        {
            [_, _, "segments", ..] => isWrite ? ProtocolStep.Segment : ProtocolStep.BlockRead,
            [_, _, "schemas", ..] => ProtocolStep.Schema,
            [_, _, "commits", ..] => isWrite ? ProtocolStep.Commit : ProtocolStep.Gather,
            [_, _, "seals", ..] => isWrite ? ProtocolStep.Seal : ProtocolStep.SealRead,
            _ => null,
        };
    }

    // The caller's memory is used again once it has been told of the failure.
    private static Func<Func<Task>> Late(ReadOnlySequence<byte> content, Func<ReadOnlySequence<byte>, Task> request) => () =>
    {
        var copy = new ReadOnlySequence<byte>(content.ToArray());
        return () => request(copy);
    };

    private async Task<T> RunAsync<T>(
        string key, bool isWrite, Func<CancellationToken, Task<T>> request, Func<Func<Task>>? late, CancellationToken cancellationToken)
    {
        ThrowIfKilled();
        var fault = StepOf(key, isWrite) is { } step ? misfortunes.Next(step, isWrite: isWrite) : null;
        switch (fault)
        {
            case PodFault.KillBefore:
                Kill();
                break;
            case PodFault.KillLate:
                Leave(late);
                Kill();
                break;
            case PodFault.Drain:
                Drain();
                break;
            case PodFault.Late:
                Leave(late);
                throw Failure(ObjectStoreError.Unavailable, "no answer in time");
            case PodFault.Refuse:
                throw Failure(ObjectStoreError.Unavailable, "refused");
            case PodFault.Full:
                throw Failure(isWrite ? ObjectStoreError.Full : ObjectStoreError.Unavailable, "no space is left");
        }

        ThrowIfKilled();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _killed.Token);
        T answer;
        try
        {
            answer = await request(either.Token);
        }
        catch (OperationCanceledException) when (_killed.IsCancellationRequested)
        {
            throw Killed();
        }

        if (fault == PodFault.KillAfter)
        {
            Kill();
        }

        ThrowIfKilled();
        return fault == PodFault.LoseAnswer ? throw Failure(ObjectStoreError.Unavailable, "the answer is lost") : answer;
    }

    private void Leave(Func<Func<Task>>? late)
    {
        if (late is not null)
        {
            misfortunes.Later(late());
        }
    }

    private void ThrowIfKilled()
    {
        if (_killed.IsCancellationRequested)
        {
            throw Killed();
        }
    }

    private static ObjectStoreException Killed() => Failure(ObjectStoreError.Unavailable, "the pod is dead");

    private static ObjectStoreException Failure(ObjectStoreError error, string what) => new(error, $"injected fault: {what}");
}
