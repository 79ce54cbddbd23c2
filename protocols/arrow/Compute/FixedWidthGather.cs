using System.Runtime.InteropServices;

namespace Executor.Arrow.Compute;

/// <summary>Gathers values of a fixed width; widths that a register holds are moved in one instruction.</summary>
internal static class FixedWidthGather
{
    public static ArrowBuffer Gather(ArrayData data, int width, ReadOnlySpan<int> indices)
    {
        if (indices.IsEmpty || width == 0)
        {
            return ArrowBuffer.Empty;
        }

        var source = data.BufferSpan(1).Slice(data.Offset * width, data.Length * width);
        var bytes = GC.AllocateUninitializedArray<byte>(checked(indices.Length * width));
        switch (width)
        {
            case 1:
                Gather<byte>(source, bytes, indices);
                break;
            case 2:
                Gather<ushort>(source, bytes, indices);
                break;
            case 4:
                Gather<uint>(source, bytes, indices);
                break;
            case 8:
                Gather<ulong>(source, bytes, indices);
                break;
            case 16:
                Gather<UInt128>(source, bytes, indices);
                break;
            default:
                for (var i = 0; i < indices.Length; i++)
                {
                    source.Slice(indices[i] * width, width).CopyTo(bytes.AsSpan(i * width));
                }

                break;
        }

        return new ArrowBuffer(bytes);
    }

    private static void Gather<T>(ReadOnlySpan<byte> source, Span<byte> target, ReadOnlySpan<int> indices)
        where T : unmanaged
    {
        var from = MemoryMarshal.Cast<byte, T>(source);
        var to = MemoryMarshal.Cast<byte, T>(target)[..indices.Length];
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = from[indices[i]];
        }
    }
}
