namespace Executor.Sizing.Replaying;

/// <summary>
/// Reads a trace of Nextflow, or of <c>executor run --trace</c>, with values raw or for people, separated by tabs or commas (a cell in double quotes may
/// have the separator in it). The heading names the columns, in any order: <c>status</c>, <c>peak_rss</c>, <c>realtime</c>; <c>process</c> or <c>name</c>; <c>start</c> and <c>complete</c>, or <c>submit</c> and
/// <c>duration</c>; and, if they are there, <c>rchar</c> and <c>memory</c>. Others are not looked at.
/// </summary>
internal sealed class TraceReader
{
    /// <summary>The most rows that a trace may have.</summary>
    public const int MaxRows = 1_000_000;

    /// <summary>The most characters that a line may have.</summary>
    public const int MaxLineLength = 1 << 20;

    private readonly TextReader _text;
    private readonly string _file;
    private readonly Dictionary<string, int> _columns = [];
    private readonly char[] _buffer = new char[1 << 14];
    private char _separator;
    private string[] _cells = [];
    private int _line;
    private int _next;
    private int _filled;

    private TraceReader(TextReader text, string file)
    {
        _text = text;
        _file = file;
    }

    /// <summary>Reads all of it; throws a <see cref="TraceException"/> at the first thing that is wrong.</summary>
    /// <param name="text">The trace; the caller closes it.</param>
    /// <param name="file">Its name for messages.</param>
    public static WorkflowTrace Read(TextReader text, string file) => new TraceReader(text, file).Read();

    private WorkflowTrace Read()
    {
        ReadHeading();
        var tasks = new List<TraceTask>();
        var (notCompleted, notMeasured, rows) = (0, 0, 0);
        while (ReadLine() is { } line)
        {
            if (line.Length == 0)
            {
                continue;
            }

            if (++rows > MaxRows)
            {
                throw Problem($"found more than {MaxRows} rows, expected at most as many; split the trace");
            }

            _cells = Split(line);
            if (_cells.Length != _columns.Count)
            {
                throw Problem($"found {_cells.Length} cells, expected {_columns.Count}, as in the heading");
            }

            if (Cell("status") != "COMPLETED")
            {
                notCompleted++;
            }
            else if (ReadTask() is { } task)
            {
                tasks.Add(task);
            }
            else
            {
                notMeasured++;
            }
        }

        return new WorkflowTrace([.. tasks.OrderBy(task => task.Start)], notCompleted, notMeasured);
    }

    private void ReadHeading()
    {
        var heading = ReadLine() ?? throw new TraceException(_file, 1, "found nothing, expected a heading with the names of the columns");
        _separator = heading.Contains('\t', StringComparison.Ordinal) ? '\t' : ',';
        foreach (var name in Split(heading))
        {
            if (!_columns.TryAdd(name, _columns.Count))
            {
                throw Problem($"found the column '{name}' twice, expected each once");
            }
        }

        Require("status");
        Require("peak_rss");
        Require("realtime");
        Require("process", "name");
        Require("start", "submit");
        Require("complete", "duration");
    }

    private void Require(string column, string? substitute = null)
    {
        if (!_columns.ContainsKey(column) && (substitute is null || !_columns.ContainsKey(substitute)))
        {
            throw Problem($"found no column '{column}'{(substitute is null ? "" : $" or '{substitute}'")}, expected the heading of a Nextflow trace");
        }
    }

    private TraceTask? ReadTask()
    {
        var peak = Bytes("peak_rss");
        var realtime = Value("realtime", TraceCells.TryDuration, "a time such as 182000 or '3m 2s', or '-'");
        var (input, preset) = (Bytes("rchar"), Bytes("memory"));
        var submit = Time("submit");
        var start = Time("start") ?? submit;
        var complete = Time("complete") ?? (submit + Value("duration", TraceCells.TryDuration, "a time such as 182000 or '3m 2s', or '-'"));
        if (!(peak > 0) || !(realtime > 0))
        {
            return null;
        }

        if (start is null)
        {
            throw Problem("column start: found no time, expected milliseconds since 1970 or a date");
        }

        // A clock that was set back does not make an outcome known before its task began.
        var known = Math.Max(start.Value, complete ?? (start.Value + realtime.Value));
        return new TraceTask(ReadClass(), input, peak.Value, realtime.Value / 1000, preset > 0 ? preset : null, start.Value, known);
    }

    private string ReadClass()
    {
        var name = Cell("process") is { Length: > 0 } process ? process : Cell("name")?.Split(" (", 2)[0];
        return name is { Length: > 0 } ? name : throw Problem("column process: found nothing, expected the name of a process");
    }

    private double? Bytes(string column) => Value(column, TraceCells.TryBytes, "bytes such as 1288490188 or '1.2 GB', or '-'");

    private double? Time(string column) => Value(column, TraceCells.TryTime, "milliseconds since 1970 or a date such as 2026-01-31 23:59:59.000, or '-'");

    private double? Value(string column, TryRead read, string expected)
    {
        var cell = Cell(column);
        return cell is null || TraceCells.IsUnknown(cell) ? null
            : read(cell, out var value) ? value
            : throw Problem($"column {column}: found '{(cell.Length > 60 ? cell[..60] + "..." : cell)}', expected {expected}");
    }

    private string? Cell(string column) => _columns.TryGetValue(column, out var index) ? _cells[index] : null;

    private string[] Split(string line)
    {
        if (!line.Contains('"', StringComparison.Ordinal))
        {
            return [.. line.Split(_separator).Select(cell => cell.Trim())];
        }

        var cells = new List<string>();
        var cell = new System.Text.StringBuilder();
        var quoted = false;
        foreach (var character in line)
        {
            if (character == '"')
            {
                quoted = !quoted;
            }
            else if (character == _separator && !quoted)
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
            }
            else
            {
                cell.Append(character);
            }
        }

        cells.Add(cell.ToString().Trim());
        return quoted ? throw Problem("found a double quote without its end, expected it in the same line") : [.. cells];
    }

    /// <summary>The next line without its end; null at the end of the text. No line longer than the bound is gathered.</summary>
    private string? ReadLine()
    {
        var line = new System.Text.StringBuilder();
        var any = false;
        _line++;
        while (true)
        {
            if (_next == _filled && (_filled = _text.Read(_buffer)) is var filled)
            {
                _next = 0;
                if (filled == 0)
                {
                    return any ? line.ToString() : null;
                }
            }

            any = true;
            var span = _buffer.AsSpan(_next, _filled - _next);
            var end = span.IndexOf('\n');
            var taken = end < 0 ? span : span[..end];
            if (line.Length + taken.Length > MaxLineLength)
            {
                throw Problem($"found a line of more than {MaxLineLength} characters, expected a row of a trace");
            }

            line.Append(taken);
            _next += taken.Length + (end < 0 ? 0 : 1);
            if (end >= 0)
            {
                return line.ToString().TrimEnd('\r');
            }
        }
    }

    private TraceException Problem(string problem) => new(_file, _line, problem);

    private delegate bool TryRead(string cell, out double value);
}
