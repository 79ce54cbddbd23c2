using Executor.Arrow.Ipc;
using Executor.Arrow.Types;

namespace Shuffle.Tests.Channels;

internal static class ArrowSamples
{
    internal static byte[] Schema(string column, IArrowType? type = null, IReadOnlyDictionary<string, string>? metadata = null) =>
        MessageEncoder.EncodeSchema(new Schema([new Field(column, type ?? Int64Type.Default, true)], metadata)).ToArray();
}
