using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>Values of one fixed width that .NET has a type for.</summary>
/// <typeparam name="T">The type, laid out as in the buffer.</typeparam>
public abstract class PrimitiveArray<T> : Array, IReadOnlyList<T?>
    where T : unmanaged
{
    private protected PrimitiveArray(ArrayData data, ArrowTypeId expected)
        : base(data, expected)
    {
    }

    /// <summary>The buffer of values; the first is at <see cref="Array.Offset"/>.</summary>
    public ArrowBuffer ValueBuffer => Data.Buffers[1];

    /// <summary>The values from <see cref="Array.Offset"/> on; what stands where a value is null means nothing.</summary>
    public ReadOnlySpan<T> Values
    {
        get
        {
            var width = Unsafe.SizeOf<T>();
            return Length == 0 ? [] : MemoryMarshal.Cast<byte, T>(Data.BufferSpan(1).Slice(Offset * width, Length * width));
        }
    }

    int IReadOnlyCollection<T?>.Count => Length;

    T? IReadOnlyList<T?>.this[int index] => GetValue(index);

    /// <summary>The value at that index; null if it is null.</summary>
    public T? GetValue(int index) => IsNull(index) ? null : Values[index];

    /// <summary>All values in order.</summary>
    public IList<T?> ToList()
    {
        var list = new List<T?>(Length);
        for (var i = 0; i < Length; i++)
        {
            list.Add(GetValue(i));
        }

        return list;
    }

    IEnumerator<T?> IEnumerable<T?>.GetEnumerator() => ToList().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ToList().GetEnumerator();
}
