using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Executor.Grpc.AspNetCore.Hosting;

/// <summary>
/// Gives Kestrel, which asks for a pool for each of its transport's queues, the same pool every time: what one queue has no use for any more another one takes,
/// so that there are as many blocks as were ever in use at a time and not as many for each queue.
/// </summary>
internal sealed class TransportMemoryPoolFactory(int blockLength) : IMemoryPoolFactory<byte>, IDisposable
{
    /// <summary>How much there is in long blocks, in bytes.</summary>
    private const int MaxLength = 96 * 1024 * 1024;

    private readonly TransportMemoryPool _pool = new(blockLength, Math.Max(16, MaxLength / blockLength));

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => _pool;

    public void Dispose() => _pool.Dispose();
}
