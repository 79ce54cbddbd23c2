using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Executor.Contracts.Identity;

namespace Executor.TaskRunner.Reporting;

/// <summary>
/// Writes a log as JSON, an object a line:
/// <code>
/// {"time":"2026-01-31T12:00:00.000Z","run":"r","task":"t","index":0,"generation":0,"attempt":1,"incarnation":"...","stream":"body","message":"..."}
/// </code>
/// The stream is <c>body</c> or <c>runner</c>. Until the attempt is known, what identifies it is left out. The message is text, be it JSON itself;
/// bytes that are not UTF-8 become U+FFFD. Thread-safe: lines are never mixed.
/// </summary>
/// <param name="output">Where it goes.</param>
/// <param name="time">The clock.</param>
internal sealed class JsonLogLines(StandardError output, TimeProvider time)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // Readers take lines apart as JSON and never as HTML: other letters than ASCII's stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _line = new();
    private volatile WriterId? _writer;

    /// <summary>Who writes, once that is known.</summary>
    public WriterId? Writer
    {
        get => _writer;
        set => _writer = value;
    }

    /// <summary>Writes a line.</summary>
    /// <param name="stream">Whose it is.</param>
    /// <param name="message">The line without its end.</param>
    public void Write(string stream, ReadOnlySpan<byte> message)
    {
        var text = Encoding.UTF8.GetString(message);
        lock (_gate)
        {
            _line.ResetWrittenCount();
            using var json = new Utf8JsonWriter(_line, Options);
            json.WriteStartObject();
            json.WriteString("time"u8, time.GetUtcNow().ToString(TimeFormat, CultureInfo.InvariantCulture));
            if (Writer is { } writer)
            {
                Identify(json, writer);
            }

            json.WriteString("stream"u8, stream);
            json.WriteString("message"u8, text);
            json.WriteEndObject();
            json.Flush();
            _line.Write("\n"u8);
            output.Write(_line.WrittenSpan);
        }
    }

    private static void Identify(Utf8JsonWriter json, WriterId writer)
    {
        var attempt = writer.Attempt;
        json.WriteString("run"u8, attempt.Run);
        json.WriteString("task"u8, attempt.Task);
        json.WriteNumber("index"u8, attempt.Index);
        json.WriteNumber("generation"u8, attempt.Generation);
        json.WriteNumber("attempt"u8, attempt.Attempt);
        json.WriteString("incarnation"u8, writer.Incarnation);
    }
}
