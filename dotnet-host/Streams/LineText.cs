using System.Runtime.CompilerServices;
using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.Sdk;

namespace Executor.DotnetHost.Streams;

/// <summary>Text as batches of one string column <c>line</c>, and back. Lines end with a line feed; the last one need not.</summary>
internal static class LineText
{
    /// <summary>The longest line that is read, in bytes.</summary>
    public const int MaxLineBytes = 64 * 1024 * 1024;

    private const int BatchBytes = 1024 * 1024;
    private const int BatchRows = 16 * 1024;
    private const string ColumnName = "line";

    public static Schema Schema { get; } = new([new Field(ColumnName, StringType.Default, nullable: false)]);

    /// <summary>Reads lines into batches of at most about 1 MiB. Bytes that are not UTF-8 are passed on as they are.</summary>
    public static async IAsyncEnumerable<RecordBatch> ReadAsync(
        Stream text, string input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var held = 0;
        var lines = new StringArray.Builder();
        var bytes = 0;
        while (true)
        {
            if (held == buffer.Length)
            {
                if (held >= MaxLineBytes)
                {
                    throw new InvalidDataException($"input '{input}' has a line of more than {MaxLineBytes} bytes");
                }

                System.Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxLineBytes));
            }

            var read = await text.ReadAsync(buffer.AsMemory(held), cancellationToken).AsTask().WaitAsync(cancellationToken);
            if (read == 0)
            {
                break;
            }

            held += read;
            var start = 0;
            for (int length; (length = buffer.AsSpan(start, held - start).IndexOf((byte)'\n')) >= 0; start += length + 1)
            {
                lines.Append(buffer.AsSpan(start, length));
                bytes += length;
                if (lines.Length == BatchRows || bytes >= BatchBytes)
                {
                    yield return ToBatch(lines);
                    bytes = 0;
                }
            }

            buffer.AsSpan(start, held - start).CopyTo(buffer);
            held -= start;
        }

        if (held > 0)
        {
            lines.Append(buffer.AsSpan(0, held));
        }

        if (lines.Length > 0)
        {
            yield return ToBatch(lines);
        }
    }

    /// <summary>Appends a batch's column <c>line</c> to a text; a null is an empty line.</summary>
    public static void Format(string output, RecordBatch batch, Stream text)
    {
        var index = batch.Schema.GetFieldIndex(ColumnName);
        if (index < 0 || batch.Column(index) is not StringArray lines)
        {
            throw new InvalidOutputException(output, $"its format is lines, expected a string column '{ColumnName}', found {batch.Schema}");
        }

        for (var row = 0; row < lines.Length; row++)
        {
            var line = lines.GetBytes(row);
            if (line.Contains((byte)'\n'))
            {
                throw new InvalidOutputException(output, $"its format is lines, but row {row} of a batch has a line feed in it");
            }

            text.Write(line);
            text.WriteByte((byte)'\n');
        }
    }

    private static RecordBatch ToBatch(StringArray.Builder lines)
    {
        var column = lines.Build();
        return new RecordBatch(Schema, [column], column.Length);
    }
}
