using System.Globalization;
using System.Text;

namespace Executor.TaskRunner.Reporting;

/// <summary>Reads the body's progress: the file's last whole line, <c>fraction message</c>. Thread-safe.</summary>
/// <param name="path">The file; it need not exist.</param>
internal sealed class ProgressReader(string path)
{
    private const int LookedAtBytes = 4096;

    /// <summary>The fraction, between 0 and 1; null where there is none.</summary>
    public double? Read()
    {
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var buffer = new byte[LookedAtBytes];
            var from = Math.Max(0, RandomAccess.GetLength(file) - buffer.Length);
            return Parse(Encoding.UTF8.GetString(buffer.AsSpan(0, RandomAccess.Read(file, buffer, from))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static double? Parse(string text)
    {
        var end = text.LastIndexOf('\n');
        if (end < 0)
        {
            return null;
        }

        var line = text.AsSpan(text.LastIndexOf('\n', Math.Max(0, end - 1)) + 1);
        line = line[..line.IndexOf('\n')].Trim();
        var space = line.IndexOf(' ');
        return double.TryParse(space < 0 ? line : line[..space], CultureInfo.InvariantCulture, out var fraction) && fraction is >= 0 and <= 1
            ? fraction
            : null;
    }
}
