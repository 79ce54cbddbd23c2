using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;

namespace Executor.Launching.Kubernetes.Pods;

/// <summary>
/// The JSON of Jobs that differ in a few values alone, cut where these stand, so that one more costs a copy and not a tree. Thread-safe.
/// </summary>
internal sealed class JobTemplate
{
    private readonly List<(byte[] Before, int Value)> _cuts = [];
    private readonly byte[] _end;

    /// <summary>Cuts a Job.</summary>
    /// <param name="job">A Job in which marks stand for the values.</param>
    /// <param name="marks">The marks: ASCII that JSON does not escape, that stands nowhere else, and none of which begins another.</param>
    public JobTemplate(JsonObject job, IReadOnlyList<string> marks)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(marks);
        var rest = job.ToJsonString();
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

    /// <summary>A Job as UTF-8.</summary>
    /// <param name="values">What stands in place of each mark.</param>
    public ReadOnlyMemory<byte> Fill(IReadOnlyList<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var job = new ArrayBufferWriter<byte>(_end.Length + _cuts.Sum(cut => cut.Before.Length + (2 * values[cut.Value].Length)));
        foreach (var (before, value) in _cuts)
        {
            job.Write(before);
            WriteEscaped(job, values[value]);
        }

        job.Write(_end);
        return job.WrittenMemory;
    }

    // A descriptor is JSON inside a string: escapes of two bytes for its quotation marks, in place of six, make a Job a tenth smaller.
    private static void WriteEscaped(ArrayBufferWriter<byte> job, string value)
    {
        var escaped = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value);
        job.Advance(Encoding.UTF8.GetBytes(escaped, job.GetSpan(Encoding.UTF8.GetMaxByteCount(escaped.Length))));
    }
}
