using System.Buffers;
using System.Globalization;

namespace Executor.Accounting;

/// <summary>
/// Writes accounting rows as CSV (RFC 4180) in UTF-8 with a heading, lines ended by a line feed. What is not known is empty; numbers are as short as
/// they can be without loss, times ISO 8601 in UTC. Not thread-safe.
/// </summary>
internal sealed class AccountingCsv
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");
    private readonly TextWriter _writer;

    /// <summary>Writes the heading.</summary>
    public AccountingCsv(TextWriter writer)
    {
        _writer = writer;
        _writer.Write(string.Join(',', AccountingColumns.All.Select(column => column.Name)));
        _writer.Write('\n');
    }

    /// <summary>Adds a row.</summary>
    public void Add(AccountingRow row)
    {
        var isFirst = true;
        foreach (var column in AccountingColumns.All)
        {
            if (!isFirst)
            {
                _writer.Write(',');
            }

            isFirst = false;
            WriteField(TextOf(column.Value(row)));
        }

        _writer.Write('\n');
    }

    private static string TextOf(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        DateTimeOffset time => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private void WriteField(string text)
    {
        if (text.AsSpan().ContainsAny(Special))
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
