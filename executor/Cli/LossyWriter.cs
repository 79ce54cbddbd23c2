using System.Text;

namespace Executor.Cli;

/// <summary>
/// A log that may lose lines: what cannot be written, as a full disk keeps a file from growing, is dropped, and the run that it tells of goes on.
/// Never throws <see cref="IOException"/>; as safe for threads as the writer it passes everything on to, which stays its owner's to close.
/// </summary>
internal sealed class LossyWriter(TextWriter log) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => log.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Try(() => log.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Try(() => log.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Try(() => log.Write(value));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Try(() => log.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Try(log.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
            // There is nowhere left to say it.
        }
    }
}
