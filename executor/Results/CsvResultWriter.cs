using System.Text;
using Executor.Arrow;
using Executor.Arrow.Types;

namespace Executor.Results;

/// <summary>See <see cref="ResultFormat.Csv"/>.</summary>
internal sealed class CsvResultWriter(Stream stream, Schema schema) : IResultWriter
{
    private static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create(",\"\r\n");

    private readonly StreamWriter _writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
    private bool _started;

    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        Start();
        for (var row = 0; row < batch.Length; row++)
        {
            for (var column = 0; column < batch.ColumnCount; column++)
            {
                WriteField(column, CellText.Of(batch.Column(column), row));
            }

            _writer.WriteLine();
        }

        await _writer.FlushAsync(cancellationToken);
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        Start();
        await _writer.FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private void Start()
    {
        if (_started)
        {
            return;
        }

        _started = true;
        for (var column = 0; column < schema.FieldsList.Count; column++)
        {
            WriteField(column, schema.FieldsList[column].Name);
        }

        _writer.WriteLine();
    }

    private void WriteField(int column, string? text)
    {
        if (column > 0)
        {
            _writer.Write(',');
        }

        if (text is null)
        {
            return;
        }

        if (text.Length == 0 || text.AsSpan().ContainsAny(Special))
        {
            _writer.Write('"');
            _writer.Write(text.Replace("\"", "\"\"", StringComparison.Ordinal));
            _writer.Write('"');
        }
        else
        {
            _writer.Write(text);
        }
    }
}
