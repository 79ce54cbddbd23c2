namespace Executor.Contracts.Identity;

/// <summary>The syntax of names that become object keys, Kubernetes names and labels.</summary>
public static class Names
{
    /// <summary>The most characters a run id, task name or output name may have.</summary>
    public const int MaxLength = 63;

    /// <summary>
    /// True for 1 to 63 characters of lower-case letters, digits and '-', beginning and ending with a letter or digit
    /// (a DNS label, RFC 1123): safe as a file name, an object key and a Kubernetes label value.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxLength || name[0] == '-' || name[^1] == '-')
        {
            return false;
        }

        foreach (var c in name)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
