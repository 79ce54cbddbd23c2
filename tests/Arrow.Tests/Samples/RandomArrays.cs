using System.Buffers.Binary;
using System.Text;
using Executor.Arrow.Types;

namespace Executor.Arrow.Tests.Samples;

/// <summary>Arrays and batches of any type from a seed: nulls at several densities, offsets that are not zero, empty ones.</summary>
/// <param name="seed">What everything follows from; printed.</param>
/// <param name="portable">Whether types that pyarrow cannot show are left out.</param>
internal sealed class RandomArrays(int seed, bool portable = false)
{
    private static readonly Func<RandomArrays, IArrowType>[] FlatTypes =
    [
        _ => NullType.Default, _ => BooleanType.Default,
        _ => Int8Type.Default, _ => Int16Type.Default, _ => Int32Type.Default, _ => Int64Type.Default,
        _ => UInt8Type.Default, _ => UInt16Type.Default, _ => UInt32Type.Default, _ => UInt64Type.Default,
        _ => HalfFloatType.Default, _ => FloatType.Default, _ => DoubleType.Default,
        _ => StringType.Default, _ => LargeStringType.Default, _ => BinaryType.Default, _ => LargeBinaryType.Default,
        r => new FixedSizeBinaryType(r._random.Next(1, 20)),
        _ => Date32Type.Default, _ => Date64Type.Default,
        r => new Time32Type((TimeUnit)r._random.Next(2)), r => new Time64Type((TimeUnit)r._random.Next(2, 4)),
        r => new TimestampType((TimeUnit)r._random.Next(4), r._random.Next(2) == 0 ? null : "UTC"),
        r => new DurationType((TimeUnit)r._random.Next(4)),
        r => new IntervalType(r._portable ? IntervalUnit.MonthDayNanosecond : (IntervalUnit)r._random.Next(3)),
        r => new Decimal32Type(9, r._random.Next(9)), r => new Decimal64Type(18, r._random.Next(18)),
        r => new Decimal128Type(38, r._random.Next(20)), r => new Decimal256Type(76, r._random.Next(20)),
    ];

    private static readonly IArrowType[] IndexTypes =
    [
        Int8Type.Default, Int16Type.Default, Int32Type.Default, Int64Type.Default,
        UInt8Type.Default, UInt16Type.Default, UInt32Type.Default, UInt64Type.Default,
    ];

    private readonly Random _random = new(seed);
    private readonly bool _portable = portable;

    public static IEnumerable<IArrowType> EveryFlatType(int seed)
    {
        var source = new RandomArrays(seed);
        return
        [
            .. FlatTypes.Select(make => make(source)),
            new IntervalType(IntervalUnit.YearMonth), new IntervalType(IntervalUnit.DayTime),
        ];
    }

    public static IEnumerable<IArrowType> EveryNestedType()
    {
        var person = new StructType([new Field("name", StringType.Default, true), new Field("age", Int32Type.Default, false)]);
        yield return new ListType(Int32Type.Default);
        yield return new LargeListType(StringType.Default);
        yield return new FixedSizeListType(new Field("item", DoubleType.Default, true), 3);
        yield return new FixedSizeListType(BooleanType.Default, 0);
        yield return person;
        yield return new StructType([]);
        yield return new MapType(StringType.Default, person);
        yield return new ListType(person);
        yield return new ListType(new ListType(new FixedSizeListType(person, 2)));
        foreach (var index in IndexTypes)
        {
            yield return new DictionaryType(index, StringType.Default);
        }

        var words = new DictionaryType(Int8Type.Default, BinaryType.Default);
        yield return new DictionaryType(Int32Type.Default, new ListType(words), ordered: true);
        yield return new ListType(new DictionaryType(Int16Type.Default, person));
    }

    public Schema NextSchema(int maximumColumns = 6)
    {
        var fields = new Field[_random.Next(maximumColumns + 1)];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = NextField($"column{i}", 3);
        }

        return new Schema(fields, [new("seed", $"{seed}")]);
    }

    public RecordBatch NextBatch(Schema schema, int length) =>
        new(schema, schema.FieldsList.Select(field => NextArray(field.DataType, length, field.IsNullable)), length);

    public int[] NextIndices(int length) =>
        length == 0 ? [] : [.. Enumerable.Range(0, _random.Next(2 * length)).Select(_ => _random.Next(length))];

    public (int Offset, int Length) NextRange(int length)
    {
        var offset = _random.Next(length + 1);
        return (offset, _random.Next(length - offset + 1));
    }

    /// <summary>An array that is often a part of a longer one.</summary>
    public IArrowArray NextArray(IArrowType type, int length, bool nullable = true) =>
        ArrowArrayFactory.BuildArray(NextData(type, length, nullable));

    private ArrayData NextData(IArrowType type, int length, bool nullable)
    {
        var before = _random.Next(3) == 0 ? _random.Next(20) : 0;
        var after = _random.Next(3) == 0 ? _random.Next(20) : 0;
        return NextWhole(type, before + length + after, nullable).Slice(before, length);
    }

    private Field NextField(string name, int depth)
    {
        var type = NextType(depth);
        return new Field(name, type, type is NullType || _random.Next(4) > 0, _random.Next(4) == 0 ? [new("note", name)] : null);
    }

    private IArrowType NextType(int depth) => (depth == 0 ? 0 : _random.Next(12)) switch
    {
        6 => new ListType(NextField("item", depth - 1)),
        7 => new LargeListType(NextField("item", depth - 1)),
        8 => new FixedSizeListType(NextField("item", depth - 1), _random.Next(4)),
        9 => new StructType([.. Enumerable.Range(0, _random.Next(4)).Select(i => NextField($"field{i}", depth - 1))]),
        10 => new MapType(StringType.Default, NextType(depth - 1), keySorted: _random.Next(2) == 0),
        11 => new DictionaryType(IndexTypes[_random.Next(IndexTypes.Length)], NextFlatType(), _random.Next(2) == 0),
        _ => NextFlatType(),
    };

    // pyarrow has no dictionaries of nulls.
    private IArrowType NextFlatType() => FlatTypes[_random.Next(_portable ? 1 : 0, FlatTypes.Length)](this);

    private ArrayData NextWhole(IArrowType type, int length, bool nullable)
    {
        if (type is NullType)
        {
            return new ArrayData(type, length, length);
        }

        var validity = nullable ? NextValidity(length) : ArrowBuffer.Empty;
        switch (type)
        {
            case BooleanType:
                return new ArrayData(type, length, -1, 0, [validity, new(NextBytes(BitUtility.ByteCount(length)))]);
            case DictionaryType dictionary:
                var values = NextData(dictionary.ValueType, _random.Next(1, 20), true);
                return new ArrayData(type, length, -1, 0, [validity, NextIndices(dictionary, length, values.Length)], dictionary: values);
            case FixedWidthType fixedWidth:
                return new ArrayData(type, length, -1, 0, [validity, new(NextValues(fixedWidth, length))]);
            case StringType or BinaryType or LargeStringType or LargeBinaryType:
                var offsets = NextOffsets(length, 12, type is LargeStringType or LargeBinaryType, out var total);
                return new ArrayData(type, length, -1, 0, [validity, offsets, new(NextText(total))]);
            case ListType or LargeListType or MapType:
                var starts = NextOffsets(length, 4, type is LargeListType, out var items);
                return new ArrayData(type, length, -1, 0, [validity, starts], [NextChild((NestedType)type, 0, items)]);
            case FixedSizeListType list:
                return new ArrayData(type, length, -1, 0, [validity], [NextChild(list, 0, length * list.ListSize)]);
            default:
                var structure = (StructType)type;
                var children = Enumerable.Range(0, structure.Fields.Count).Select(i => NextChild(structure, i, length));
                return new ArrayData(type, length, -1, 0, [validity], [.. children]);
        }
    }

    private ArrayData NextChild(NestedType type, int index, int length) =>
        NextData(type.Fields[index].DataType, length, type.Fields[index].IsNullable);

    private ArrowBuffer NextValidity(int length)
    {
        var density = _random.Next(4);
        if (density == 0)
        {
            return ArrowBuffer.Empty;
        }

        var bitmap = new ArrowBuffer.BitmapBuilder();
        for (var i = 0; i < length; i++)
        {
            bitmap.Append(density < 3 && _random.Next(3) > 0);
        }

        return bitmap.Build();
    }

    private ArrowBuffer NextOffsets(int length, int longest, bool large, out int total)
    {
        total = _random.Next(3);
        var narrow = new ArrowBuffer.Builder<int>().Append(total);
        var wide = new ArrowBuffer.Builder<long>().Append(total);
        for (var i = 0; i < length; i++)
        {
            total += _random.Next(longest);
            narrow.Append(total);
            wide.Append(total);
        }

        return large ? wide.Build() : narrow.Build();
    }

    private ArrowBuffer NextIndices(DictionaryType type, int length, int count)
    {
        var width = type.BitWidth / 8;
        var bytes = new byte[length * width];
        for (var i = 0; i < length; i++)
        {
            bytes[i * width] = (byte)_random.Next(count);
        }

        return new ArrowBuffer(bytes);
    }

    private byte[] NextValues(FixedWidthType type, int length)
    {
        var width = type.BitWidth / 8;
        var bytes = NextBytes(length * width);
        for (var i = 0; i < length; i++)
        {
            var slot = bytes.AsSpan(i * width, width);
            if (type is DecimalType)
            {
                var value = _random.Next(-999_999_999, 1_000_000_000);
                slot.Fill(value < 0 ? (byte)0xFF : (byte)0);
                BinaryPrimitives.WriteInt32LittleEndian(slot, value);
            }
            else if (type is Date64Type)
            {
                BinaryPrimitives.WriteInt64LittleEndian(slot, _random.Next(-10_000, 10_000) * 86_400_000L);
            }
            else if (type is Time32Type or Time64Type)
            {
                slot.Clear();
                BinaryPrimitives.WriteInt32LittleEndian(slot, _random.Next(86_400));
            }
        }

        return bytes;
    }

    private byte[] NextBytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private byte[] NextText(int count)
    {
        var text = new StringBuilder(count);
        for (var i = 0; i < count; i++)
        {
            text.Append((char)_random.Next('!', '~'));
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
