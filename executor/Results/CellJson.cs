using System.Text.Json;
using Executor.Arrow;
using Executor.Arrow.Types;

namespace Executor.Results;

/// <summary>Arrow values as JSON.</summary>
internal static class CellJson
{
    /// <summary>
    /// Writes one value: integers, floats and decimals as numbers with all their digits (not-a-number and infinities as text), lists as arrays,
    /// structs as objects, maps as arrays of <c>{"key", "value"}</c>, binaries in base 64, everything else as <see cref="CellText"/> has it.
    /// </summary>
    public static void Write(Utf8JsonWriter writer, IArrowArray array, int index)
    {
        if (array.IsNull(index))
        {
            writer.WriteNullValue();
            return;
        }

        switch (array)
        {
            case BooleanArray a:
                writer.WriteBooleanValue(a.GetValue(index) == true);
                break;
            case Int8Array or Int16Array or Int32Array or Int64Array or UInt8Array or UInt16Array or UInt32Array or UInt64Array or DecimalArray:
                writer.WriteRawValue(CellText.Of(array, index)!);
                break;
            case HalfFloatArray or FloatArray or DoubleArray:
                WriteFloat(writer, CellText.Of(array, index)!);
                break;
            case BinaryArray a and not StringArray:
                writer.WriteBase64StringValue(a.GetBytes(index));
                break;
            case LargeBinaryArray a and not LargeStringArray:
                writer.WriteBase64StringValue(a.GetBytes(index));
                break;
            case FixedSizeBinaryArray a:
                writer.WriteBase64StringValue(a.GetBytes(index));
                break;
            case DictionaryArray a:
                Write(writer, a.Dictionary, a.GetDictionaryIndex(index)!.Value);
                break;
            case ListArray a:
                WriteList(writer, a.GetSlicedValues(index)!);
                break;
            case LargeListArray a:
                WriteList(writer, a.GetSlicedValues(index)!);
                break;
            case FixedSizeListArray a:
                WriteList(writer, a.GetSlicedValues(index)!);
                break;
            case StructArray a:
                WriteStruct(writer, a, index);
                break;
            default:
                writer.WriteStringValue(CellText.Of(array, index));
                break;
        }
    }

    private static void WriteFloat(Utf8JsonWriter writer, string text)
    {
        // Only digits begin a JSON number; "NaN" and "Infinity" are not JSON.
        if (char.IsAsciiDigit(text[^1]))
        {
            writer.WriteRawValue(text);
        }
        else
        {
            writer.WriteStringValue(text);
        }
    }

    private static void WriteList(Utf8JsonWriter writer, IArrowArray values)
    {
        writer.WriteStartArray();
        for (var i = 0; i < values.Length; i++)
        {
            Write(writer, values, i);
        }

        writer.WriteEndArray();
    }

    private static void WriteStruct(Utf8JsonWriter writer, StructArray array, int index)
    {
        writer.WriteStartObject();
        var fields = ((StructType)array.Data.DataType).Fields;
        for (var i = 0; i < fields.Count; i++)
        {
            writer.WritePropertyName(fields[i].Name);
            Write(writer, array.Fields[i], index);
        }

        writer.WriteEndObject();
    }
}
