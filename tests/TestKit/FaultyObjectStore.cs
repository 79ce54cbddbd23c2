using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Executor.Shuffle.Engine.Objects;

namespace Executor.TestKit;

/// <summary>What an injected fault does to an operation.</summary>
public enum Fault
{
    /// <summary>It fails and has not happened.</summary>
    Before,

    /// <summary>It has happened, and its answer is lost.</summary>
    After,

    /// <summary>It fails because no space is left.</summary>
    Full,
}

/// <summary>The operations of an object store.</summary>
[Flags]
public enum ObjectOperations
{
    None = 0,
    Create = 1,
    Put = 2,
    Get = 4,
    List = 8,
    Delete = 16,
    Writes = Create | Put | Delete,
    All = Writes | Get | List,
}

/// <summary>
/// An object store over another one that fails when it is told to: at the N-th operation of some kinds, once, or from then on, as after a
/// crash. Deterministic as long as the calls are.
/// </summary>
public sealed class FaultyObjectStore(IObjectStore inner) : IObjectStore
{
    private readonly Lock _lock = new();
    private readonly List<PlannedFault> _planned = [];
    private readonly Dictionary<ObjectOperations, int> _counts = [];
    private readonly Channel<ObjectOperations> _held = Channel.CreateUnbounded<ObjectOperations>();
    private TaskCompletionSource? _gate;
    private ObjectOperations _gated;

    /// <summary>Operations that were asked for, by kind, whether they failed or not.</summary>
    public int Count(ObjectOperations kinds)
    {
        lock (_lock)
        {
            return _counts.Where(pair => kinds.HasFlag(pair.Key)).Sum(pair => pair.Value);
        }
    }

    /// <summary>Lets the number-th operation from now on, of the given kinds, fail; and all later ones of these kinds if it is a crash.</summary>
    public void FailAt(int number, ObjectOperations kinds, Fault fault, bool forGood = false)
    {
        lock (_lock)
        {
            _planned.Add(new PlannedFault(kinds, fault, forGood) { Left = number });
        }
    }

    /// <summary>Forgets all planned faults: the store is well again.</summary>
    public void Heal()
    {
        lock (_lock)
        {
            _planned.Clear();
        }
    }

    /// <summary>Holds puts, or other operations, back until <see cref="OpenGate"/>.</summary>
    public void CloseGate(ObjectOperations kinds = ObjectOperations.Put)
    {
        _gated = kinds;
        _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Lets them go on.</summary>
    public void OpenGate() => Interlocked.Exchange(ref _gate, null)?.SetResult();

    /// <summary>Waits for the next operation that is held back, each once.</summary>
    public async Task HeldAsync(CancellationToken cancellationToken) => await _held.Reader.ReadAsync(cancellationToken);

    /// <summary>Operations that were held back and not waited for yet.</summary>
    public int Held => _held.Reader.Count;

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        RunAsync(ObjectOperations.Create, () => inner.TryCreateAsync(key, content, cancellationToken));

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken) => RunAsync(ObjectOperations.Put, async () =>
    {
        await inner.PutAsync(key, content, cancellationToken);
        return true;
    });

    /// <inheritdoc/>
    public Task<ObjectRead?> GetAsync(string key, ObjectRange range, Memory<byte> destination, CancellationToken cancellationToken) =>
        RunAsync(ObjectOperations.Get, () => inner.GetAsync(key, range, destination, cancellationToken));

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await RunAsync(ObjectOperations.List, () => Task.FromResult(true));
        await foreach (var entry in inner.ListAsync(prefix, cancellationToken))
        {
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) => RunAsync(ObjectOperations.Delete, async () =>
    {
        await inner.DeleteAsync(key, cancellationToken);
        return true;
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task<T> RunAsync<T>(ObjectOperations kind, Func<Task<T>> operation)
    {
        if (_gate is { } gate && _gated.HasFlag(kind))
        {
            _held.Writer.TryWrite(kind);
            await gate.Task;
        }

        var fault = Next(kind);
        if (fault is null)
        {
            return await operation();
        }

        if (fault == Fault.After)
        {
            await operation();
        }

        throw new ObjectStoreException(fault == Fault.Full ? ObjectStoreError.Full : ObjectStoreError.Unavailable, $"injected fault: {fault} {kind}");
    }

    private Fault? Next(ObjectOperations kind)
    {
        lock (_lock)
        {
            _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
            Fault? fault = null;
            foreach (var planned in _planned.Where(planned => planned.Kinds.HasFlag(kind)))
            {
                planned.Left--;
                if (planned.Left == 0 || (planned.Left < 0 && planned.ForGood))
                {
                    fault ??= planned.Fault;
                }
            }

            return fault;
        }
    }

    private sealed record PlannedFault(ObjectOperations Kinds, Fault Fault, bool ForGood)
    {
        public int Left { get; set; }
    }
}
