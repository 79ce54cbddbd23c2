using System.Globalization;
using System.Text;

namespace Executor.Kubernetes.Client;

/// <summary>Builds the query of a request; what is null is left out, everything else is percent-encoded.</summary>
internal sealed class QueryString
{
    private readonly StringBuilder _text = new();

    public QueryString Add(string name, string? value)
    {
        if (value is not null)
        {
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    public QueryString Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public QueryString AddFlag(string name, bool value) => Add(name, value ? "true" : null);

    public override string ToString() => _text.ToString();
}
