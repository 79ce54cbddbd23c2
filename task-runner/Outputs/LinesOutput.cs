using System.Runtime.InteropServices;
using System.Text.Unicode;
using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Outputs;

/// <summary>
/// UTF-8 text, a row a line, as one column <c>line: utf8 not null</c>. Lines end with <c>\n</c>; the last one counts without it too.
/// </summary>
/// <param name="name">The output's name, for errors.</param>
/// <param name="stream">What the body writes.</param>
internal sealed class LinesOutput(string name, Stream stream) : IOutputFormat
{
    private const byte LineEnd = (byte)'\n';

    private static readonly Schema LineSchema = new([new Field("line", StringType.Default, nullable: false)]);

    private byte[] _buffer = new byte[BlockLimits.TargetBytes];
    private int _filled;
    private long _linesBefore;

    /// <inheritdoc/>
    public ValueTask<Schema> ReadSchemaAsync(CancellationToken cancellationToken) => new(LineSchema);

    /// <inheritdoc/>
    public async ValueTask ReadRowsAsync(IRowSink sink, CancellationToken cancellationToken)
    {
        int read;
        while ((read = await stream.ReadAsync(_buffer.AsMemory(_filled), cancellationToken)) > 0)
        {
            _filled += read;
            if (_filled == _buffer.Length)
            {
                await TakeLinesAsync(sink, _buffer.AsSpan().LastIndexOf(LineEnd) + 1, cancellationToken);
            }
        }

        await TakeLinesAsync(sink, _filled, cancellationToken);
    }

    private async ValueTask TakeLinesAsync(IRowSink sink, int count, CancellationToken cancellationToken)
    {
        if (count > 0)
        {
            await sink.AddAsync(ToRows(_buffer.AsSpan(0, count)), cancellationToken);
            _buffer.AsSpan(count, _filled - count).CopyTo(_buffer);
            _filled -= count;
        }
        else if (_filled == _buffer.Length)
        {
            GrowForOneLine();
        }
    }

    private void GrowForOneLine()
    {
        if (_buffer.Length >= BlockLimits.MaxBytes)
        {
            throw AttemptFailedException.InvalidOutput(
                $"line {_linesBefore + 1} of output {name} is longer than the {BlockLimits.MaxBytes} bytes of a block");
        }

        System.Array.Resize(ref _buffer, _buffer.Length * 2);
    }

    private RecordBatch ToRows(ReadOnlySpan<byte> text)
    {
        CheckUtf8(text);
        var lines = text.Count(LineEnd) + (text[^1] == LineEnd ? 0 : 1);
        var offsets = new int[lines + 1];
        var values = new byte[text.Length];
        var at = 0;
        for (var i = 0; i < lines; i++)
        {
            var end = text.IndexOf(LineEnd);
            var line = end < 0 ? text : text[..end];
            line.CopyTo(values.AsSpan(at));
            at += line.Length;
            offsets[i + 1] = at;
            text = text[(end < 0 ? text.Length : end + 1)..];
        }

        _linesBefore += lines;
        var data = new ArrayData(
            StringType.Default, lines, 0, 0,
            [ArrowBuffer.Empty, new ArrowBuffer(MemoryMarshal.AsBytes(offsets.AsSpan()).ToArray()), new ArrowBuffer(values.AsMemory(0, at))]);
        return new RecordBatch(LineSchema, [new StringArray(data)], lines);
    }

    private void CheckUtf8(ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            return;
        }

        var line = _linesBefore;
        foreach (var range in text.Split(LineEnd))
        {
            line++;
            if (!Utf8.IsValid(text[range]))
            {
                break;
            }
        }

        throw AttemptFailedException.InvalidOutput($"line {line} of output {name} is not UTF-8 text");
    }
}
