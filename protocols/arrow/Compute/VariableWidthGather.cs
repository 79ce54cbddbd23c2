using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Executor.Arrow.Compute;

/// <summary>Gathers byte strings. Short ones, which most are, are moved as one register instead of byte by byte.</summary>
internal static class VariableWidthGather
{
    public static ArrowBuffer Gather<TOffset>(
        ReadOnlySpan<byte> source, ReadOnlySpan<TOffset> offsets, ReadOnlySpan<int> indices, int total)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        const int Register = 16;
        var bytes = GC.AllocateUninitializedArray<byte>(total);
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetArrayDataReference(bytes);
        var at = 0;
        foreach (var index in indices)
        {
            var start = int.CreateTruncating(offsets[index]);
            var length = int.CreateTruncating(offsets[index + 1]) - start;
            if ((uint)length <= Register && start >= 0 && start <= source.Length - Register && at <= total - Register)
            {
                // What is written beyond the value is overwritten by the next ones.
                Vector128.LoadUnsafe(ref from, (nuint)start).StoreUnsafe(ref to, (nuint)at);
            }
            else
            {
                source.Slice(start, length).CopyTo(bytes.AsSpan(at));
            }

            at += length;
        }

        return new ArrowBuffer(bytes);
    }
}
