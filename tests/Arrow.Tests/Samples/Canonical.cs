using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;

namespace Executor.Arrow.Tests.Samples;

/// <summary>Values in the notation that Golden/golden.py describes, to be compared as JSON.</summary>
internal static class Canonical
{
    public static JsonArray Of(IEnumerable<RecordBatch> batches) => new([.. batches.Select(Of)]);

    public static JsonNode Of(RecordBatch batch) => new JsonArray([.. batch.Arrays.Select(Of)]);

    public static JsonNode Of(IArrowArray array) => new JsonArray([.. Enumerable.Range(0, array.Length).Select(i => Value(array, i))]);

    public static void AssertEqual(JsonNode expected, JsonNode actual)
    {
        if (!JsonNode.DeepEquals(expected, actual))
        {
            Assert.Equal(expected.ToJsonString(), actual.ToJsonString());
        }
    }

    private static JsonNode? Value(IArrowArray array, int index) => array.IsNull(index) ? null : array switch
    {
        BooleanArray booleans => booleans.GetValue(index)!.Value ? "true" : "false",
        HalfFloatArray halves => Hex(BitConverter.GetBytes(halves.GetValue(index)!.Value)),
        FloatArray floats => Hex(BitConverter.GetBytes(floats.GetValue(index)!.Value)),
        DoubleArray doubles => Hex(BitConverter.GetBytes(doubles.GetValue(index)!.Value)),
        Int8Array integers => Text(integers, index),
        Int16Array integers => Text(integers, index),
        Int32Array integers => Text(integers, index),
        Int64Array integers => Text(integers, index),
        UInt8Array integers => Text(integers, index),
        UInt16Array integers => Text(integers, index),
        UInt32Array integers => Text(integers, index),
        UInt64Array integers => Text(integers, index),
        Date32Array dates => Text(dates, index),
        Date64Array dates => Text(dates, index),
        Time32Array times => Text(times, index),
        Time64Array times => Text(times, index),
        TimestampArray moments => Text(moments, index),
        DurationArray durations => Text(durations, index),
        YearMonthIntervalArray intervals => Text(intervals.GetValue(index)!.Value.Months),
        DayTimeIntervalArray intervals => intervals.GetValue(index) is { } v ? $"{v.Days} {v.Milliseconds}" : null,
        MonthDayNanosecondIntervalArray intervals => intervals.GetValue(index) is { } v ? $"{v.Months} {v.Days} {v.Nanoseconds}" : null,
        DecimalArray decimals => decimals.GetString(index),
        StringArray texts => texts.GetString(index),
        LargeStringArray texts => texts.GetString(index),
        BinaryArray bytes => Hex(bytes.GetBytes(index)),
        LargeBinaryArray bytes => Hex(bytes.GetBytes(index)),
        FixedSizeBinaryArray bytes => Hex(bytes.GetBytes(index)),
        ListArray lists => Of(lists.GetSlicedValues(index)!),
        LargeListArray lists => Of(lists.GetSlicedValues(index)!),
        FixedSizeListArray lists => Of(lists.GetSlicedValues(index)!),
        StructArray structs => new JsonArray([.. structs.Fields.Select(field => Value(field, index))]),
        DictionaryArray dictionary => Value(dictionary.Dictionary, dictionary.GetDictionaryIndex(index)!.Value),
        _ => throw new InvalidOperationException($"no notation for {array.Data.DataType}"),
    };

    private static JsonNode? Text<T>(PrimitiveArray<T> array, int index)
        where T : unmanaged, INumber<T> => Text(array.GetValue(index)!.Value);

    private static JsonNode? Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
