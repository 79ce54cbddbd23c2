using Executor.Arrow.Ipc.FlatBuffers;
using Executor.Arrow.Types;
using TypeCode = Executor.Arrow.Ipc.MetadataFormat.TypeCode;

namespace Executor.Arrow.Ipc;

/// <summary>Writes a schema as the table <c>Schema</c> of Schema.fbs.</summary>
internal static class SchemaEncoder
{
    public static int Write(FlatBufferBuilder builder, Schema schema, FieldLayout[] layouts)
    {
        var fields = WriteFields(builder, layouts);
        var metadata = WriteMetadata(builder, schema.Metadata);
        builder.StartTable(MetadataFormat.Schema.SlotCount);
        builder.AddOffset(MetadataFormat.Schema.Fields, fields);
        builder.AddOffset(MetadataFormat.Schema.Metadata, metadata);
        return builder.EndTable();
    }

    private static int WriteFields(FlatBufferBuilder builder, FieldLayout[] layouts)
    {
        var fields = new int[layouts.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = WriteField(builder, layouts[i]);
        }

        return builder.CreateTableVector(fields);
    }

    private static int WriteField(FlatBufferBuilder builder, FieldLayout layout)
    {
        var valueLayout = layout.Values ?? layout;
        var children = WriteFields(builder, valueLayout.Children);
        var name = builder.CreateString(layout.Field.Name);
        var metadata = WriteMetadata(builder, layout.Field.Metadata);
        var (typeCode, type) = WriteType(builder, valueLayout.Type);
        var dictionary = layout.DictionaryId is { } id ? WriteDictionaryEncoding(builder, id, (DictionaryType)layout.Type) : 0;
        builder.StartTable(MetadataFormat.Field.SlotCount);
        builder.AddOffset(MetadataFormat.Field.Name, name);
        builder.AddOffset(MetadataFormat.Field.Type, type);
        builder.AddOffset(MetadataFormat.Field.Dictionary, dictionary);
        builder.AddOffset(MetadataFormat.Field.Children, children);
        builder.AddOffset(MetadataFormat.Field.Metadata, metadata);
        builder.AddBool(MetadataFormat.Field.Nullable, layout.Field.IsNullable);
        builder.AddByte(MetadataFormat.Field.TypeType, typeCode);
        return builder.EndTable();
    }

    private static int WriteDictionaryEncoding(FlatBufferBuilder builder, long id, DictionaryType type)
    {
        var (_, indexType) = WriteType(builder, type.IndexType);
        builder.StartTable(MetadataFormat.DictionaryEncoding.SlotCount);
        builder.AddInt64(MetadataFormat.DictionaryEncoding.Id, id);
        builder.AddOffset(MetadataFormat.DictionaryEncoding.IndexType, indexType);
        builder.AddBool(MetadataFormat.DictionaryEncoding.IsOrdered, type.Ordered);
        return builder.EndTable();
    }

    private static int WriteMetadata(FlatBufferBuilder builder, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return 0;
        }

        var pairs = new int[metadata.Count];
        var i = 0;
        foreach (var (key, value) in metadata)
        {
            var keyText = builder.CreateString(key);
            var valueText = builder.CreateString(value);
            builder.StartTable(MetadataFormat.KeyValue.SlotCount);
            builder.AddOffset(MetadataFormat.KeyValue.Key, keyText);
            builder.AddOffset(MetadataFormat.KeyValue.Value, valueText);
            pairs[i++] = builder.EndTable();
        }

        return builder.CreateTableVector(pairs);
    }

    private static (byte Code, int Table) WriteType(FlatBufferBuilder builder, IArrowType type)
    {
        var timezone = type is TimestampType { Timezone: { } zone } ? builder.CreateString(zone) : 0;
        builder.StartTable(MetadataFormat.Parameter.SlotCount);
        var code = WriteParameters(builder, type, timezone);
        return (code, builder.EndTable());
    }

    private static byte WriteParameters(FlatBufferBuilder builder, IArrowType type, int timezone)
    {
        const int First = MetadataFormat.Parameter.First;
        const int Second = MetadataFormat.Parameter.Second;
        switch (type)
        {
            case NullType:
                return TypeCode.Null;
            case IntegralType integral:
                builder.AddInt32(First, integral.BitWidth);
                builder.AddBool(Second, integral.IsSigned);
                return TypeCode.Int;
            case FloatingPointType floatingPoint:
                builder.AddInt16(First, (short)(floatingPoint.BitWidth / 32));
                return TypeCode.FloatingPoint;
            case BinaryType:
                return TypeCode.Binary;
            case StringType:
                return TypeCode.Utf8;
            case BooleanType:
                return TypeCode.Bool;
            case DecimalType decimalType:
                builder.AddInt32(First, decimalType.Precision);
                builder.AddInt32(Second, decimalType.Scale);
                builder.AddInt32(MetadataFormat.Parameter.Third, decimalType.BitWidth, absent: 128);
                return TypeCode.Decimal;
            case Date32Type:
                builder.AddInt16(First, 0, absent: 1);
                return TypeCode.Date;
            case Date64Type:
                return TypeCode.Date;
            case Time32Type or Time64Type:
                builder.AddInt16(First, (short)((TimeBasedType)type).Unit, absent: (short)TimeUnit.Millisecond);
                builder.AddInt32(Second, ((FixedWidthType)type).BitWidth, absent: 32);
                return TypeCode.Time;
            case TimestampType timestamp:
                builder.AddInt16(First, (short)timestamp.Unit);
                builder.AddOffset(Second, timezone);
                return TypeCode.Timestamp;
            case DurationType duration:
                builder.AddInt16(First, (short)duration.Unit, absent: (short)TimeUnit.Millisecond);
                return TypeCode.Duration;
            case IntervalType interval:
                builder.AddInt16(First, (short)interval.Unit);
                return TypeCode.Interval;
            case ListType:
                return TypeCode.List;
            case LargeListType:
                return TypeCode.LargeList;
            case StructType:
                return TypeCode.Struct;
            case FixedSizeBinaryType fixedSizeBinary:
                builder.AddInt32(First, fixedSizeBinary.ByteWidth);
                return TypeCode.FixedSizeBinary;
            case FixedSizeListType fixedSizeList:
                builder.AddInt32(First, fixedSizeList.ListSize);
                return TypeCode.FixedSizeList;
            case MapType map:
                builder.AddBool(First, map.KeySorted);
                return TypeCode.Map;
            case LargeBinaryType:
                return TypeCode.LargeBinary;
            case LargeStringType:
                return TypeCode.LargeUtf8;
            default:
                throw new NotSupportedException($"the type {type} is not one of this library's");
        }
    }
}
