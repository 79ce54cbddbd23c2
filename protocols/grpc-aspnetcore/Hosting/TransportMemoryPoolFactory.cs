using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Executor.Grpc.AspNetCore.Hosting;

/// <summary>Gives Kestrel its pools, one for each of its transport's queues.</summary>
internal sealed class TransportMemoryPoolFactory(int blockLength) : IMemoryPoolFactory<byte>
{
    /// <summary>How much all pools together keep for reuse, in bytes.</summary>
    private const int MaxFreeLength = 128 * 1024 * 1024;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
        => new TransportMemoryPool(blockLength, Math.Max(16, MaxFreeLength / blockLength / Environment.ProcessorCount));
}
