using System.Buffers.Binary;
using System.Text;

namespace Executor.Arrow.Ipc.FlatBuffers;

/// <summary>
/// A table of a FlatBuffer that is not trusted. Every offset and length is checked against the buffer when it is followed; what is
/// wrong is reported as <see cref="InvalidDataException"/>.
/// </summary>
/// <remarks>
/// Layout (little-endian): the table begins with the signed distance back to its vtable; the vtable is its own size and the table's
/// (16 bits each), then for every slot the field's distance from the table's start (16 bits, 0 if absent). Strings, vectors and tables
/// are reached through an unsigned 32-bit distance from where it is stored.
/// <para>
/// Several offsets may lead to one table, so that a small buffer can describe a structure that is exponentially larger. All tables of
/// a buffer therefore charge what they read to one budget, a multiple of the buffer's size: work and memory are bounded by it.
/// </para>
/// </remarks>
internal readonly ref struct FlatTable
{
    private const int BudgetPerByte = 8;
    private const int BudgetFloor = 64 * 1024;

    private readonly ReadOnlySpan<byte> _buffer;
    private readonly ref long _budget;
    private readonly int _table;
    private readonly int _tableSize;
    private readonly int _vtable;
    private readonly int _vtableSize;

    private FlatTable(ReadOnlySpan<byte> buffer, ref long budget, long table)
    {
        Charge(ref budget, 8, buffer.Length);
        _buffer = buffer;
        _budget = ref budget;
        _table = Require(buffer, table, 4, "a table");
        var vtable = table - BinaryPrimitives.ReadInt32LittleEndian(buffer[_table..]);
        _vtable = Require(buffer, vtable, 4, "a vtable");
        _vtableSize = BinaryPrimitives.ReadUInt16LittleEndian(buffer[_vtable..]);
        _tableSize = BinaryPrimitives.ReadUInt16LittleEndian(buffer[(_vtable + 2)..]);
        if (_vtableSize < 4 || _tableSize < 4)
        {
            throw Malformed($"the vtable at {_vtable} gives sizes of {_vtableSize} and {_tableSize} bytes, expected 4 at least");
        }

        Require(buffer, vtable, _vtableSize, "a vtable");
        Require(buffer, table, _tableSize, "a table");
    }

    /// <summary>What reading a buffer may cost at most.</summary>
    public static long BudgetOf(ReadOnlySpan<byte> buffer) => BudgetFloor + ((long)buffer.Length * BudgetPerByte);

    /// <summary>The buffer's root table; it and all tables reached from it draw on <paramref name="budget"/>.</summary>
    public static FlatTable Root(ReadOnlySpan<byte> buffer, ref long budget)
    {
        if (buffer.Length < 8)
        {
            throw Malformed($"{buffer.Length} bytes are too short to hold a table");
        }

        return new FlatTable(buffer, ref budget, BinaryPrimitives.ReadUInt32LittleEndian(buffer));
    }

    public bool Has(int slot) => Find(slot, 1) >= 0;

    public bool ReadBool(int slot) => Find(slot, 1) is >= 0 and var at && _buffer[at] != 0;

    public byte ReadByte(int slot) => Find(slot, 1) is >= 0 and var at ? _buffer[at] : (byte)0;

    public short ReadInt16(int slot, short absent = 0) =>
        Find(slot, 2) is >= 0 and var at ? BinaryPrimitives.ReadInt16LittleEndian(_buffer[at..]) : absent;

    public int ReadInt32(int slot, int absent = 0) =>
        Find(slot, 4) is >= 0 and var at ? BinaryPrimitives.ReadInt32LittleEndian(_buffer[at..]) : absent;

    public long ReadInt64(int slot) =>
        Find(slot, 8) is >= 0 and var at ? BinaryPrimitives.ReadInt64LittleEndian(_buffer[at..]) : 0;

    /// <summary>The text in that slot; null if it is absent.</summary>
    public string? ReadString(int slot)
    {
        if (Find(slot, 4) is not (>= 0 and var at))
        {
            return null;
        }

        var (start, length) = Follow(at, 1, "a string");
        Charge(ref _budget, length, _buffer.Length);
        return Encoding.UTF8.GetString(_buffer.Slice(start, length));
    }

    /// <summary>The table in that slot; the result's <see cref="IsPresent"/> is false if it is absent.</summary>
    public FlatTable ReadTable(int slot) => Find(slot, 4) is >= 0 and var at ? TableAt(at) : default;

    /// <summary>Elements of the vector of tables in that slot; 0 if it is absent.</summary>
    public int CountTables(int slot) => ReadVector(slot, 4).Length / 4;

    /// <summary>An element of the vector of tables in that slot, which has to be one of <see cref="CountTables"/>.</summary>
    public FlatTable ReadTable(int slot, int index)
    {
        var (start, count) = Follow(Find(slot, 4), 4, "a vector of tables");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        return TableAt(start + (index * 4));
    }

    /// <summary>The elements of the vector of scalars or structs in that slot; empty if it is absent.</summary>
    public ReadOnlySpan<byte> ReadVector(int slot, int elementSize)
    {
        if (Find(slot, 4) is not (>= 0 and var at))
        {
            return [];
        }

        var (start, count) = Follow(at, elementSize, "a vector");
        Charge(ref _budget, count * (long)elementSize, _buffer.Length);
        return _buffer.Slice(start, count * elementSize);
    }

    public bool IsPresent => !_buffer.IsEmpty;

    private static int Require(ReadOnlySpan<byte> buffer, long offset, long size, string what)
    {
        if (offset < 0 || offset > buffer.Length - size)
        {
            throw Malformed($"{what} of {size} bytes at {offset} lies outside of the {buffer.Length} bytes there are");
        }

        return (int)offset;
    }

    private static void Charge(ref long budget, long amount, int bufferLength)
    {
        budget -= amount;
        if (budget < 0)
        {
            throw Malformed($"its {bufferLength} bytes are referred to over and over, as no writer does");
        }
    }

    private static InvalidDataException Malformed(string what) => new($"malformed FlatBuffer: {what}");

    private FlatTable TableAt(int at) => new(_buffer, ref _budget, at + (long)BinaryPrimitives.ReadUInt32LittleEndian(_buffer[at..]));

    private (int Start, int Count) Follow(int at, int elementSize, string what)
    {
        if (at < 0)
        {
            throw Malformed($"{what} is missing");
        }

        var target = at + (long)BinaryPrimitives.ReadUInt32LittleEndian(_buffer[at..]);
        var start = Require(_buffer, target, 4, what) + 4;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(_buffer[(start - 4)..]);
        Require(_buffer, start, count * (long)elementSize, what);
        return (start, (int)count);
    }

    /// <summary>Where the slot's value is; -1 if it is absent.</summary>
    private int Find(int slot, int size)
    {
        var entry = 4 + (slot * 2);
        if (entry + 2 > _vtableSize)
        {
            return -1;
        }

        var offset = BinaryPrimitives.ReadUInt16LittleEndian(_buffer[(_vtable + entry)..]);
        if (offset == 0)
        {
            return -1;
        }

        if (offset < 4 || offset + size > _tableSize)
        {
            throw Malformed($"slot {slot} of the table at {_table} is at {offset}, outside of its {_tableSize} bytes");
        }

        return _table + offset;
    }
}
