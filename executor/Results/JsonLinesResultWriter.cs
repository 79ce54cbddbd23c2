using System.Text.Json;
using Executor.Arrow;
using Executor.Arrow.Types;

namespace Executor.Results;

/// <summary>See <see cref="ResultFormat.JsonLines"/>.</summary>
internal sealed class JsonLinesResultWriter(Stream stream, Schema schema) : IResultWriter
{
    private readonly Utf8JsonWriter _writer = new(stream, new JsonWriterOptions
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        for (var row = 0; row < batch.Length; row++)
        {
            _writer.WriteStartObject();
            for (var column = 0; column < batch.ColumnCount; column++)
            {
                _writer.WritePropertyName(schema.FieldsList[column].Name);
                CellJson.Write(_writer, batch.Column(column), row);
            }

            _writer.WriteEndObject();
            await _writer.FlushAsync(cancellationToken);
            stream.WriteByte((byte)'\n');
            _writer.Reset(stream);
        }
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken) => await stream.FlushAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await stream.DisposeAsync();
    }
}
