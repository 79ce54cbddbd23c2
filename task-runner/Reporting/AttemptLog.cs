using System.Text;
using Executor.Contracts.Identity;

namespace Executor.TaskRunner.Reporting;

/// <summary>
/// The attempt's log: the body's standard error (and standard output where no output is bound to it) and the runner's own lines, passed on to
/// the runner's standard error at once, as text or as JSON, and kept as text for the log record. Thread-safe.
/// </summary>
internal sealed class AttemptLog
{
    /// <summary>The most of a log that is kept, in bytes; older bytes are dropped.</summary>
    public const int KeptBytes = 1 << 20;

    // What fits a slot of the termination message beside the figures.
    private const int TailBytes = 1200;

    private const string BodyStream = "body";
    private const string RunnerStream = "runner";

    private readonly LogRing _ring = new(KeptBytes);
    private readonly StandardError _output;
    private readonly JsonLogLines? _json;

    /// <param name="descriptor">Where it is passed on to: the runner's standard error.</param>
    /// <param name="format">One of <see cref="LogFormats"/>; text for anything else.</param>
    /// <param name="time">The clock of JSON lines.</param>
    public AttemptLog(int descriptor, string format, TimeProvider time)
    {
        _output = new StandardError(descriptor);
        _json = format == LogFormats.Json ? new JsonLogLines(_output, time) : null;
    }

    /// <summary>The log of a runner that is a process of its own.</summary>
    public static AttemptLog OnStandardError(string format, TimeProvider time) => new(StandardError.Number, format, time);

    /// <summary>Says whose log it is.</summary>
    public void Identify(WriterId writer) => _json?.Writer = writer;

    /// <summary>Adds a line of the runner's own.</summary>
    public void Line(string text)
    {
        var line = Encoding.UTF8.GetBytes($"task-runner: {text}\n");
        _ring.Append(line);
        if (_json is null)
        {
            _output.Write(line);
        }
        else
        {
            _json.Write(RunnerStream, Encoding.UTF8.GetBytes(text));
        }
    }

    /// <summary>Takes what one of the body's streams says; each stream has a writer of its own.</summary>
    public BodyLog OpenBody() => new(this);

    /// <summary>What the log record gets.</summary>
    public byte[] Kept() => _ring.Last(KeptBytes);

    /// <summary>The last lines, as many as fit the termination message.</summary>
    public string? Tail() => _ring.LastText(TailBytes);

    /// <summary>One of the body's streams on its way into the log. For one thread.</summary>
    internal sealed class BodyLog(AttemptLog log)
    {
        private readonly LineCutter? _lines = log._json is { } json ? new LineCutter(line => json.Write(BodyStream, line)) : null;

        /// <summary>Adds bytes as they are.</summary>
        public void Append(ReadOnlySpan<byte> data)
        {
            log._ring.Append(data);
            if (_lines is null)
            {
                log._output.Write(data);
            }
            else
            {
                _lines.Append(data);
            }
        }

        /// <summary>The stream is at its end.</summary>
        public void End() => _lines?.End();
    }
}
