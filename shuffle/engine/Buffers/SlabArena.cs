
namespace Executor.Shuffle.Engine.Buffers;

/// <summary>
/// Packs payloads of any size into slabs of a pool, one behind the other. A slab goes back when the last payload in it was released. Thread-safe.
/// </summary>
/// <param name="pool">Where slabs come from.</param>
public sealed class SlabArena(SlabPool pool) : IDisposable
{
    private readonly Lock _lock = new();
    private Slab? _current;
    private int _used;

    /// <summary>Memory for a payload, of undefined content; fill it once, then only read.</summary>
    public PooledPayload Take(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var pieces = new List<(Slab Slab, Memory<byte> Memory)>(1 + (length / pool.SlabBytes));
        lock (_lock)
        {
            while (length > 0)
            {
                if (_current is null || _used == pool.SlabBytes)
                {
                    _current?.Release();
                    _current = new Slab(pool);
                    _used = 0;
                }

                var count = Math.Min(length, pool.SlabBytes - _used);
                _current.Retain();
                pieces.Add((_current, _current.Array.AsMemory(_used, count)));
                _used += count;
                length -= count;
            }
        }

        return new PooledPayload(pieces);
    }

    /// <summary>Gives up the slab that is being filled; payloads that were taken stay valid.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _current?.Release();
            _current = null;
        }
    }

    /// <summary>An array with a count of those who refer to it, the arena that fills it included.</summary>
    internal sealed class Slab(SlabPool pool)
    {
        private int _references = 1;

        internal byte[] Array { get; } = pool.Rent();

        internal void Retain() => Interlocked.Increment(ref _references);

        internal void Release()
        {
            if (Interlocked.Decrement(ref _references) == 0)
            {
                pool.Return(Array);
            }
        }
    }
}
