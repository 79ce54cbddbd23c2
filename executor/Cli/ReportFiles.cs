using System.Text;
using Executor.Accounting;
using Executor.Accounting.Advice;
using Executor.Accounting.Page;
using Executor.Driving;

namespace Executor.Cli;

/// <summary>The files that <c>executor report</c> writes, by its options. Not thread-safe.</summary>
internal sealed class ReportFiles : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly StreamWriter? _csv;
    private readonly StreamWriter? _html;
    private readonly TraceWriter? _trace;
    private readonly AccountingCsv? _rows;
    private readonly ReportPage? _page;

    private ReportFiles(string? csv, string? html, string? trace, Func<ReportPage> page)
    {
        try
        {
            _csv = csv is null ? null : new StreamWriter(csv, append: false, Utf8);
            _html = html is null ? null : new StreamWriter(html, append: false, Utf8);
            _trace = trace is null ? null : new TraceWriter(trace);
            _rows = _csv is null ? null : new AccountingCsv(_csv);
            _page = _html is null ? null : page();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Makes the files that are asked for; null, which is told on the error writer, if one of them cannot be made.</summary>
    /// <param name="csv">The path of the rows as CSV, or null.</param>
    /// <param name="html">The path of the page, or null.</param>
    /// <param name="trace">The path of the rows as Nextflow has them, or null.</param>
    /// <param name="page">An empty page of the run.</param>
    /// <param name="console">Where errors go.</param>
    public static ReportFiles? Open(string? csv, string? html, string? trace, Func<ReportPage> page, CliConsole console)
    {
        try
        {
            return new ReportFiles(csv, html, trace, page);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            console.Error.WriteLine($"executor: a file of the report cannot be written: {exception.Message}");
            return null;
        }
    }

    /// <summary>Adds an attempt to all files.</summary>
    public void Add(AttemptRow attempt, AccountingRow row)
    {
        _trace?.Add(attempt);
        _rows?.Add(row);
        _page?.Add(row);
    }

    /// <summary>Writes what stands only when all attempts are known.</summary>
    /// <param name="advice">What the workflow should ask for instead.</param>
    public void Complete(IReadOnlyList<SizeChange> advice)
    {
        if (_html is not null)
        {
            _page?.Write(_html, advice);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _csv?.Dispose();
        _html?.Dispose();
        _trace?.Dispose();
    }
}
