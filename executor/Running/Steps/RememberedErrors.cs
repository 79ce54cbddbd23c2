using System.Text;

namespace Executor.Running.Steps;

/// <summary>Passes errors on to another writer, which stays the caller's, and remembers the first of them for the summary. Not thread-safe.</summary>
internal sealed class RememberedErrors(TextWriter writer) : TextWriter
{
    private const int Kept = 8 * 1024;
    private readonly StringBuilder _text = new();

    /// <inheritdoc/>
    public override Encoding Encoding => writer.Encoding;

    /// <summary>What was written, cut after some kilobytes; null if nothing was.</summary>
    public string? Text => _text.Length == 0 ? null : _text.ToString().TrimEnd();

    /// <inheritdoc/>
    public override void Write(char value)
    {
        writer.Write(value);
        if (_text.Length < Kept)
        {
            _text.Append(value);
        }
    }

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        writer.Write(value);
        _text.Append(value.AsSpan(0, Math.Clamp(Kept - _text.Length, 0, value?.Length ?? 0)));
    }

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write(value + "\n");

    /// <inheritdoc/>
    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Flush() => writer.Flush();
}
