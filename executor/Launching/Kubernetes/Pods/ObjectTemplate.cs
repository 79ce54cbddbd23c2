using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>
/// The JSON of objects that differ in a few values alone, cut where these stand, so that one more costs a copy and not a tree. Thread-safe.
/// </summary>
internal sealed class ObjectTemplate
{
    private readonly List<(byte[] Before, int Value)> _cuts = [];
    private readonly byte[] _end;

    /// <summary>Cuts an object.</summary>
    /// <param name="source">An object in which marks stand for the values.</param>
    /// <param name="marks">The marks: ASCII that JSON does not escape, that stands nowhere else, and none of which begins another.</param>
    public ObjectTemplate(JsonObject source, IReadOnlyList<string> marks)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(marks);
        var rest = source.ToJsonString();
        while (true)
        {
            var (at, value) = marks.Select((mark, i) => (At: rest.IndexOf(mark, StringComparison.Ordinal), Value: i))
                .Where(found => found.At >= 0)
                .DefaultIfEmpty((-1, -1))
                .Min();
            if (at < 0)
            {
                break;
            }

            _cuts.Add((Encoding.UTF8.GetBytes(rest[..at]), value));
            rest = rest[(at + marks[value].Length)..];
        }

        _end = Encoding.UTF8.GetBytes(rest);
    }

    /// <summary>An object as UTF-8.</summary>
    /// <param name="values">What stands in place of each mark.</param>
    public ReadOnlyMemory<byte> Fill(IReadOnlyList<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var written = new ArrayBufferWriter<byte>(_end.Length + _cuts.Sum(cut => cut.Before.Length + (2 * values[cut.Value].Length)));
        foreach (var (before, value) in _cuts)
        {
            written.Write(before);
            WriteEscaped(written, values[value]);
        }

        written.Write(_end);
        return written.WrittenMemory;
    }

    // A descriptor is JSON inside a string: escapes of two bytes for its quotation marks, in place of six, make a Job a tenth smaller.
    private static void WriteEscaped(ArrayBufferWriter<byte> written, string value)
    {
        var escaped = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value);
        written.Advance(Encoding.UTF8.GetBytes(escaped, written.GetSpan(Encoding.UTF8.GetMaxByteCount(escaped.Length))));
    }
}
