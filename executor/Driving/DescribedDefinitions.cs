using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Executor.Planning;
using Executor.Scheduling;

namespace Executor.Driving;

/// <summary>Tags definitions by the first 64 bits of the SHA-256 of <see cref="Contracts.Descriptors.TaskDescriptor.Definition"/>.</summary>
internal sealed class DescribedDefinitions(DescribeAttempt describe) : IDefinitions
{
    /// <inheritdoc/>
    public ulong TagOf(int task, int index, ReadOnlySpan<int> sealGenerations, InstanceSlice? slice)
    {
        // Attempt and generation are no part of the definition.
        var definition = describe(task, index, 0, 1, sealGenerations.ToArray(), resources: null, slice).Definition;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(definition), hash);
        return Math.Max(1, BinaryPrimitives.ReadUInt64BigEndian(hash));
    }
}
