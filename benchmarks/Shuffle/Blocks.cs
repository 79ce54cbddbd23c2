using System.Buffers;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Contracts.Integrity;

namespace Executor.Benchmarks.Shuffle;

/// <summary>Blocks to send, made beforehand: a few different ones of random numbers, about 1 MiB each unless told otherwise, as the task runner makes them.</summary>
internal sealed class Blocks
{
    /// <summary>Rows of a block of about 1 MiB.</summary>
    internal const int RowsOfMebibyte = 32 << 10;

    private const int Columns = 4;
    private const int Different = 8;

    internal Blocks(int seed, int rows = RowsOfMebibyte)
    {
        Rows = rows;
        var random = new Random(seed);
        var schema = new Schema(Enumerable.Range(0, Columns).Select(column => new Field($"c{column}", Int64Type.Default, false)), null);
        var encoder = new MessageEncoder(schema);
        Schema = encoder.EncodeSchema().ToArray();
        Payloads = [.. Enumerable.Range(0, Different).Select(_ => Encode(encoder, schema, random))];
        Checksums = [.. Payloads.Select(payload => Crc32C.Of(payload))];
    }

    /// <summary>The rows of each, of 32 bytes.</summary>
    internal int Rows { get; }

    /// <summary>The encapsulated schema message.</summary>
    internal ReadOnlyMemory<byte> Schema { get; }

    internal IReadOnlyList<ReadOnlySequence<byte>> Payloads { get; }

    internal IReadOnlyList<uint> Checksums { get; }

    internal int PayloadBytes => (int)Payloads[0].Length;

    private ReadOnlySequence<byte> Encode(MessageEncoder encoder, Schema schema, Random random)
    {
        var columns = Enumerable.Range(0, Columns).Select(_ =>
        {
            var numbers = new Int64Array.Builder();
            for (var row = 0; row < Rows; row++)
            {
                numbers.Append(random.NextInt64());
            }

            return (IArrowArray)numbers.Build();
        });
        return new ReadOnlySequence<byte>(encoder.EncodeRecordBatch(new RecordBatch(schema, [.. columns], Rows)).ToArray());
    }
}
