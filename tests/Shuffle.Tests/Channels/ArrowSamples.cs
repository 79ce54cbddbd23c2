using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;

namespace Shuffle.Tests.Channels;

internal static class ArrowSamples
{
    internal static byte[] Schema(string column, IArrowType? type = null, IReadOnlyDictionary<string, string>? metadata = null) =>
        MessageEncoder.EncodeSchema(new Schema([new Field(column, type ?? Int64Type.Default, true)], metadata)).ToArray();

    internal static byte[] Numbers(string column, long[] values)
    {
        var schema = new Schema([new Field(column, Int64Type.Default, true)], null);
        var batch = new RecordBatch(schema, [new Int64Array.Builder().AppendRange(values).Build()], values.Length);
        return new MessageEncoder(schema).EncodeRecordBatch(batch).ToArray();
    }
}
