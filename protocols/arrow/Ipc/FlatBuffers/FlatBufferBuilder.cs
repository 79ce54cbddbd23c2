using System.Buffers.Binary;
using System.Text;

namespace Executor.Arrow.Ipc.FlatBuffers;

/// <summary>
/// Writes a FlatBuffer, from its end towards its start, so that what is referred to always exists already. Positions are counted from
/// the end. Reusable after <see cref="Finish"/>. Not safe for use by several threads.
/// </summary>
/// <remarks>
/// Order of calls: strings, vectors and inner tables first; then <see cref="StartTable"/>, one call for each slot that is not at its
/// default, and <see cref="EndTable"/>. Vectors are written from the last element to the first between <see cref="StartVector"/> and
/// <see cref="EndVector"/>.
/// </remarks>
internal sealed class FlatBufferBuilder
{
    private const int LargestAlignment = 8;
    private byte[] _bytes = new byte[1024];
    private int _used;
    private int[] _slots = new int[8];
    private int _slotCount;
    private int _tableEnd;

    public int CreateString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Prepare(4, length + 1);
        Push(1)[0] = 0;
        Encoding.UTF8.GetBytes(value, Push(length));
        WriteInt32(length);
        return _used;
    }

    public void StartVector(int elementSize, int count, int alignment)
    {
        var bytes = checked(elementSize * count);
        Prepare(4, bytes);
        Prepare(alignment, bytes);
    }

    public int EndVector(int count)
    {
        WriteInt32(count);
        return _used;
    }

    public int CreateTableVector(ReadOnlySpan<int> tables)
    {
        StartVector(4, tables.Length, 4);
        for (var i = tables.Length - 1; i >= 0; i--)
        {
            WriteOffset(tables[i]);
        }

        return EndVector(tables.Length);
    }

    /// <summary>Writes a long of a struct: no alignment of its own, no slot.</summary>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Push(8), value);

    /// <summary>Writes an int of a struct, or a length.</summary>
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Push(4), value);

    public void StartTable(int slots)
    {
        if (_slots.Length < slots)
        {
            _slots = new int[slots];
        }

        _slots.AsSpan().Clear();
        _slotCount = slots;
        _tableEnd = _used;
    }

    public void AddBool(int slot, bool value) => AddByte(slot, value ? (byte)1 : (byte)0);

    public void AddByte(int slot, byte value)
    {
        if (value != 0)
        {
            Prepare(1, 0);
            Push(1)[0] = value;
            _slots[slot] = _used;
        }
    }

    public void AddInt16(int slot, short value, short absent = 0)
    {
        if (value != absent)
        {
            Prepare(2, 0);
            BinaryPrimitives.WriteInt16LittleEndian(Push(2), value);
            _slots[slot] = _used;
        }
    }

    public void AddInt32(int slot, int value, int absent = 0)
    {
        if (value != absent)
        {
            Prepare(4, 0);
            WriteInt32(value);
            _slots[slot] = _used;
        }
    }

    public void AddInt64(int slot, long value)
    {
        if (value != 0)
        {
            Prepare(8, 0);
            WriteInt64(value);
            _slots[slot] = _used;
        }
    }

    /// <summary>Refers to a string, vector or table; a position of 0 leaves the slot absent.</summary>
    public void AddOffset(int slot, int position)
    {
        if (position != 0)
        {
            Prepare(4, 0);
            WriteOffset(position);
            _slots[slot] = _used;
        }
    }

    public int EndTable()
    {
        Prepare(4, 0);
        WriteInt32(0);
        var table = _used;
        var slots = _slotCount;
        while (slots > 0 && _slots[slots - 1] == 0)
        {
            slots--;
        }

        for (var i = slots - 1; i >= 0; i--)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(Push(2), (ushort)(_slots[i] == 0 ? 0 : table - _slots[i]));
        }

        BinaryPrimitives.WriteUInt16LittleEndian(Push(2), (ushort)(table - _tableEnd));
        BinaryPrimitives.WriteUInt16LittleEndian(Push(2), (ushort)((slots + 2) * 2));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_bytes.Length - table), _used - table);
        return table;
    }

    /// <summary>The buffer with that root table, zero-padded to a multiple of 8 bytes. The builder can be used again.</summary>
    public byte[] Finish(int root)
    {
        // The start of the buffer is what alignment counts from for the reader.
        Prepare(LargestAlignment, 4);
        WriteOffset(root);
        var result = _bytes.AsSpan(_bytes.Length - _used).ToArray();
        _bytes.AsSpan(_bytes.Length - _used).Clear();
        _used = 0;
        return result;
    }

    private void WriteOffset(int position) => WriteInt32(_used + 4 - position);

    /// <summary>Pads so that after <paramref name="following"/> more bytes the position is aligned.</summary>
    private void Prepare(int alignment, int following)
    {
        var padding = -(_used + following) & (alignment - 1);
        Push(padding).Clear();
    }

    private Span<byte> Push(int count)
    {
        if (count > _bytes.Length - _used)
        {
            var grown = new byte[checked(Math.Max(_bytes.Length * 2, _used + count))];
            _bytes.AsSpan(_bytes.Length - _used).CopyTo(grown.AsSpan(grown.Length - _used));
            _bytes = grown;
        }

        _used += count;
        return _bytes.AsSpan(_bytes.Length - _used, count);
    }
}
