using System.Text;

namespace Executor.Workflows.Errors;

/// <summary>Shows a text of a file inside a message.</summary>
internal static class Quoted
{
    private const int MaxLength = 60;

    /// <summary>The text in single quotes, on one line, cut where it is long.</summary>
    public static string Text(string text)
    {
        var cut = text.Length > MaxLength ? text[..MaxLength] : text;
        var shown = new StringBuilder(cut.Length + 2).Append('\'');
        foreach (var c in cut)
        {
            _ = c switch
            {
                '\n' => shown.Append("\\n"),
                '\t' => shown.Append("\\t"),
                _ when char.IsControl(c) || char.IsSurrogate(c) => shown.Append('?'),
                _ => shown.Append(c),
            };
        }

        return shown.Append(text.Length > MaxLength ? "...'" : "'").ToString();
    }
}
