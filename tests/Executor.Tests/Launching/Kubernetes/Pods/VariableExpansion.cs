using System.Text;

namespace Executor.Tests.Launching.Kubernetes.Pods;

/// <summary>
/// What becomes of the value of a variable in a container (core/v1 EnvVar.value): <c>$(NAME)</c> is replaced by a variable that stands before it and stays
/// where there is none, <c>$$</c> is one <c>$</c> wherever it stands, and any other <c>$</c> is kept.
/// </summary>
internal static class VariableExpansion
{
    public static string Expand(string value, IReadOnlyDictionary<string, string> variables)
    {
        var result = new StringBuilder();
        for (var at = 0; at < value.Length; at++)
        {
            var close = value[at] == '$' && at + 1 < value.Length && value[at + 1] == '(' ? value.IndexOf(')', at) : -1;
            if (value[at] == '$' && at + 1 < value.Length && value[at + 1] == '$')
            {
                result.Append('$');
                at++;
            }
            else if (close > 0)
            {
                var name = value[(at + 2)..close];
                result.Append(variables.GetValueOrDefault(name, $"$({name})"));
                at = close;
            }
            else
            {
                result.Append(value[at]);
            }
        }

        return result.ToString();
    }
}
