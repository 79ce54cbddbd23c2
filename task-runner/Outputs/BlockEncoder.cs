using System.Buffers;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Outputs;

/// <summary>One block's content.</summary>
/// <param name="Rows">Rows in its record batch.</param>
/// <param name="Payload">Its messages: dictionaries first.</param>
internal readonly record struct EncodedBlock(int Rows, ReadOnlySequence<byte> Payload);

/// <summary>
/// Makes blocks of rows. Every block brings the dictionaries along that it needs, since readers get blocks of several writers in any order.
/// </summary>
/// <param name="output">The output's name, for errors.</param>
/// <param name="schema">Its schema.</param>
internal sealed class BlockEncoder(string output, Schema schema)
{
    private readonly MessageEncoder _sizer = new(schema);

    /// <summary>The bytes that these rows take in a block, their dictionaries not counted. Nothing is copied.</summary>
    public long SizeOf(RecordBatch rows) => _sizer.EncodeRecordBatch(rows).EncapsulatedLength;

    /// <summary>The blocks of these rows, split where they are too large.</summary>
    /// <exception cref="AttemptFailedException">A row or its dictionaries are larger than a block may be.</exception>
    public IEnumerable<EncodedBlock> Encode(RecordBatch rows)
    {
        if (rows.Length == 0)
        {
            yield break;
        }

        if (rows.Length > 1 && SizeOf(rows) > BlockLimits.SplitBytes)
        {
            var half = rows.Length / 2;
            foreach (var part in (RecordBatch[])[rows.Slice(0, half), rows.Slice(half, rows.Length - half)])
            {
                foreach (var block in Encode(part))
                {
                    yield return block;
                }
            }

            yield break;
        }

        yield return EncodeOne(rows);
    }

    private EncodedBlock EncodeOne(RecordBatch rows)
    {
        var payload = ToPayload(rows);
        if (payload.Length > BlockLimits.SplitBytes)
        {
            payload = ToPayload(DictionaryPruning.Prune(rows));
        }

        return payload.Length <= BlockLimits.MaxBytes
            ? new EncodedBlock(rows.Length, payload)
            : throw AttemptFailedException.InvalidOutput(
                $"{rows.Length} row(s) of output {output} and what they need of their dictionaries take {payload.Length} bytes; "
                    + $"a block holds at most {BlockLimits.MaxBytes}");
    }

    // A new encoder for each block, since it leaves out the dictionaries that it has sent before.
    private ReadOnlySequence<byte> ToPayload(RecordBatch rows) => EncapsulatedMessages.Sequence([.. new MessageEncoder(schema).Encode(rows)]);
}
