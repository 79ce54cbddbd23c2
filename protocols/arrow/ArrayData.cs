using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>
/// The type, length and memory of an array, without methods to read values: what arrays are made of and what kernels work on.
/// Immutable, shares its buffers, and safe for use by several threads.
/// </summary>
/// <remarks>
/// <see cref="Offset"/> applies to this array's buffers and to the children of structs and fixed-size lists, which are not sliced
/// along; the children of lists are reached through the offsets buffer.
/// </remarks>
public sealed class ArrayData
{
    /// <summary>Says that the nulls are yet to be counted.</summary>
    public const int RecalculateNullCount = -1;

    private readonly ArrowBuffer[] _buffers;
    private readonly ArrayData[] _children;
    private int _nullCount;

    /// <summary>Puts an array together from its parts, whose contents are taken as they are.</summary>
    /// <exception cref="ArgumentException">The number of buffers or children is not what the type's layout has.</exception>
    public ArrayData(
        IArrowType dataType,
        int length,
        int nullCount = RecalculateNullCount,
        int offset = 0,
        ArrowBuffer[]? buffers = null,
        ArrayData[]? children = null,
        ArrayData? dictionary = null)
    {
        ArgumentNullException.ThrowIfNull(dataType);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        _buffers = buffers ?? [];
        _children = children ?? [];
        DataType = dataType;
        Layout = PhysicalLayout.Of(dataType);
        if (_buffers.Length != Layout.BufferCount)
        {
            throw new ArgumentException($"{dataType} has {Layout.BufferCount} buffers, found {_buffers.Length}", nameof(buffers));
        }

        var childCount = PhysicalLayout.ChildrenOf(dataType).Count;
        if (_children.Length != childCount)
        {
            throw new ArgumentException($"{dataType} has {childCount} children, found {_children.Length}", nameof(children));
        }

        if (dataType is DictionaryType && dictionary is null)
        {
            throw new ArgumentException($"{dataType} needs its dictionary", nameof(dictionary));
        }

        Length = length;
        Offset = offset;
        Dictionary = dictionary;
        _nullCount = nullCount;
    }

    /// <summary>The logical type.</summary>
    public IArrowType DataType { get; }

    /// <summary>How many values there are.</summary>
    public int Length { get; }

    /// <summary>Where in the buffers the first value is, in values.</summary>
    public int Offset { get; }

    /// <summary>The buffers: the validity bitmap first, then what the layout says.</summary>
    public IReadOnlyList<ArrowBuffer> Buffers => _buffers;

    /// <summary>The children of a nested type.</summary>
    public IReadOnlyList<ArrayData> Children => _children;

    /// <summary>The values that a dictionary-encoded array's indices point at; null for other types.</summary>
    public ArrayData? Dictionary { get; }

    /// <summary>How many values are null. Counted at the first call where it is not known.</summary>
    public int NullCount => _nullCount >= 0 ? _nullCount : _nullCount = CountNulls(0, Length);

    internal PhysicalLayout Layout { get; }

    /// <summary>A part of the array, over the same memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part reaches outside of the array.</exception>
    public ArrayData Slice(int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        if (offset == 0 && length == Length)
        {
            return this;
        }

        var nullCount = _nullCount == 0 ? 0 : _nullCount == Length ? length : RecalculateNullCount;
        return new ArrayData(DataType, length, nullCount, Offset + offset, _buffers, _children, Dictionary);
    }

    internal ReadOnlySpan<byte> BufferSpan(int index) => _buffers[index].Span;

    internal ReadOnlyMemory<byte> BufferMemory(int index) => _buffers[index].Memory;

    /// <summary>Whether there is a validity bitmap that has to be looked at.</summary>
    internal bool HasValidity => Layout.BufferCount > 0 && !_buffers[0].IsEmpty && NullCount > 0;

    internal int CountNulls(int start, int length)
    {
        if (Layout.Kind == ArrayLayout.Null)
        {
            return length;
        }

        return _nullCount == 0 || _buffers[0].IsEmpty ? 0 : length - BitUtility.CountBits(_buffers[0].Span, Offset + start, length);
    }
}
