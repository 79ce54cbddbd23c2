using Executor.Arrow.Ipc.FlatBuffers;
using Executor.Arrow.Types;
using TypeCode = Executor.Arrow.Ipc.MetadataFormat.TypeCode;

namespace Executor.Arrow.Ipc;

/// <summary>Reads the table <c>Schema</c> of Schema.fbs.</summary>
internal static class SchemaDecoder
{
    private const int MaximumDepth = 64;

    public static (Schema Schema, FieldLayout[] Layouts) Read(FlatTable table)
    {
        if (table.ReadInt16(MetadataFormat.Schema.Endianness) == MetadataFormat.BigEndian)
        {
            throw new InvalidDataException("the schema says that its data are big-endian; only little-endian data are read");
        }

        var layouts = new FieldLayout[table.CountTables(MetadataFormat.Schema.Fields)];
        for (var i = 0; i < layouts.Length; i++)
        {
            layouts[i] = ReadField(table.ReadTable(MetadataFormat.Schema.Fields, i), "", 1);
        }

        var metadata = ReadMetadata(table, MetadataFormat.Schema.Metadata);
        return (new Schema(layouts.Select(layout => layout.Field), metadata), layouts);
    }

    private static FieldLayout ReadField(FlatTable table, string parent, int depth)
    {
        var name = table.ReadString(MetadataFormat.Field.Name) ?? "";
        if (depth > MaximumDepth)
        {
            throw new InvalidDataException($"field '{name}' is nested more than {MaximumDepth} levels deep");
        }

        // Where nesting is deep, only the ends of a path tell anything; and names may be long.
        var path = parent.Length is 0 or > 200 ? name : $"{parent}.{name}";
        var children = new FieldLayout[table.CountTables(MetadataFormat.Field.Children)];
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = ReadField(table.ReadTable(MetadataFormat.Field.Children, i), path, depth + 1);
        }

        var type = ReadType(table, path, children);
        var metadata = ReadMetadata(table, MetadataFormat.Field.Metadata);
        var nullable = table.ReadBool(MetadataFormat.Field.Nullable);
        var encoding = table.ReadTable(MetadataFormat.Field.Dictionary);
        if (!encoding.IsPresent)
        {
            return FieldLayout.Plain(new Field(name, type, nullable, metadata), path, children);
        }

        var ordered = encoding.ReadBool(MetadataFormat.DictionaryEncoding.IsOrdered);
        var indexTable = encoding.ReadTable(MetadataFormat.DictionaryEncoding.IndexType);
        var indexType = indexTable.IsPresent ? ReadInteger(indexTable, path) : Int32Type.Default;
        var field = new Field(name, new DictionaryType(indexType, type, ordered), nullable, metadata);
        return FieldLayout.Encoded(field, path, encoding.ReadInt64(MetadataFormat.DictionaryEncoding.Id), children);
    }

    private static List<KeyValuePair<string, string>>? ReadMetadata(FlatTable table, int slot)
    {
        var count = table.CountTables(slot);
        if (count == 0)
        {
            return null;
        }

        var pairs = new List<KeyValuePair<string, string>>(count);
        for (var i = 0; i < count; i++)
        {
            var pair = table.ReadTable(slot, i);
            pairs.Add(new(pair.ReadString(MetadataFormat.KeyValue.Key) ?? "", pair.ReadString(MetadataFormat.KeyValue.Value) ?? ""));
        }

        return pairs;
    }

    private static IArrowType ReadType(FlatTable field, string path, FieldLayout[] children)
    {
        var code = field.ReadByte(MetadataFormat.Field.TypeType);
        var type = field.ReadTable(MetadataFormat.Field.Type);
        if (code == TypeCode.None || !type.IsPresent)
        {
            throw new InvalidDataException($"field '{path}' has no type");
        }

        try
        {
            return ReadType(code, type, path, children);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"field '{path}': {e.Message}", e);
        }
    }

    private static IArrowType ReadType(byte code, FlatTable type, string path, FieldLayout[] children)
    {
        const int First = MetadataFormat.Parameter.First;
        const int Second = MetadataFormat.Parameter.Second;
        var childCount = code switch
        {
            TypeCode.List or TypeCode.LargeList or TypeCode.FixedSizeList or TypeCode.Map => 1,
            TypeCode.Struct => children.Length,
            _ => 0,
        };
        if (code <= TypeCode.LargeList && code != TypeCode.Union && children.Length != childCount)
        {
            throw new InvalidDataException($"field '{path}' of type code {code} has {children.Length} children, expected {childCount}");
        }

        return code switch
        {
            TypeCode.Null => NullType.Default,
            TypeCode.Int => ReadInteger(type, path),
            TypeCode.FloatingPoint => type.ReadInt16(First) switch
            {
                0 => HalfFloatType.Default,
                1 => FloatType.Default,
                2 => DoubleType.Default,
                var precision => throw new InvalidDataException($"field '{path}': floating-point precision {precision}, expected 0 to 2"),
            },
            TypeCode.Binary => BinaryType.Default,
            TypeCode.Utf8 => StringType.Default,
            TypeCode.Bool => BooleanType.Default,
            TypeCode.Decimal => ReadDecimal(type, path),
            TypeCode.Date => type.ReadInt16(First, absent: 1) switch
            {
                0 => Date32Type.Default,
                1 => Date64Type.Default,
                var unit => throw new InvalidDataException($"field '{path}': date unit {unit}, expected 0 or 1"),
            },
            TypeCode.Time => type.ReadInt32(Second, absent: 32) switch
            {
                32 => new Time32Type(ReadUnit(type, path, TimeUnit.Millisecond)),
                64 => new Time64Type(ReadUnit(type, path, TimeUnit.Millisecond)),
                var width => throw new InvalidDataException($"field '{path}': a time of {width} bits, expected 32 or 64"),
            },
            TypeCode.Timestamp => new TimestampType(ReadUnit(type, path, TimeUnit.Second), type.ReadString(Second)),
            TypeCode.Interval => type.ReadInt16(First) is >= 0 and <= 2 and var unit
                ? new IntervalType((IntervalUnit)unit)
                : throw new InvalidDataException($"field '{path}': interval unit {type.ReadInt16(First)}, expected 0 to 2"),
            TypeCode.List => new ListType(children[0].Field),
            TypeCode.Struct => new StructType([.. children.Select(child => child.Field)]),
            TypeCode.FixedSizeBinary => new FixedSizeBinaryType(type.ReadInt32(First)),
            TypeCode.FixedSizeList => new FixedSizeListType(children[0].Field, type.ReadInt32(First)),
            TypeCode.Map => new MapType(children[0].Field, type.ReadBool(First)),
            TypeCode.Duration => new DurationType(ReadUnit(type, path, TimeUnit.Millisecond)),
            TypeCode.LargeBinary => LargeBinaryType.Default,
            TypeCode.LargeUtf8 => LargeStringType.Default,
            TypeCode.LargeList => new LargeListType(children[0].Field),
            _ => throw new InvalidDataException($"field '{path}' is of type {NameUnsupported(code)}, which is not supported"),
        };
    }

    private static IntegralType ReadInteger(FlatTable type, string path) =>
        (type.ReadInt32(MetadataFormat.Parameter.First), type.ReadBool(MetadataFormat.Parameter.Second)) switch
        {
            (8, true) => Int8Type.Default,
            (16, true) => Int16Type.Default,
            (32, true) => Int32Type.Default,
            (64, true) => Int64Type.Default,
            (8, false) => UInt8Type.Default,
            (16, false) => UInt16Type.Default,
            (32, false) => UInt32Type.Default,
            (64, false) => UInt64Type.Default,
            var (width, _) => throw new InvalidDataException($"field '{path}': an integer of {width} bits, expected 8, 16, 32 or 64"),
        };

    private static DecimalType ReadDecimal(FlatTable type, string path)
    {
        var precision = type.ReadInt32(MetadataFormat.Parameter.First);
        var scale = type.ReadInt32(MetadataFormat.Parameter.Second);
        return type.ReadInt32(MetadataFormat.Parameter.Third, absent: 128) switch
        {
            32 => new Decimal32Type(precision, scale),
            64 => new Decimal64Type(precision, scale),
            128 => new Decimal128Type(precision, scale),
            256 => new Decimal256Type(precision, scale),
            var width => throw new InvalidDataException($"field '{path}': a decimal of {width} bits, expected 32, 64, 128 or 256"),
        };
    }

    private static TimeUnit ReadUnit(FlatTable type, string path, TimeUnit absent) =>
        type.ReadInt16(MetadataFormat.Parameter.First, (short)absent) is >= 0 and <= 3 and var unit
            ? (TimeUnit)unit
            : throw new InvalidDataException($"field '{path}': an unknown time unit, expected 0 (seconds) to 3 (nanoseconds)");

    private static string NameUnsupported(byte code) => code switch
    {
        TypeCode.Union => "union",
        TypeCode.RunEndEncoded => "run-end encoded",
        TypeCode.BinaryView => "binary view",
        TypeCode.Utf8View => "string view",
        TypeCode.ListView => "list view",
        TypeCode.LargeListView => "large list view",
        _ => $"code {code}",
    };
}
