namespace Executor.Shuffle.Engine.Objects;

/// <summary>The syntax of object keys: safe in every object store and as a path below a folder.</summary>
public static class ObjectKey
{
    /// <summary>The most characters a key may have.</summary>
    public const int MaxLength = 512;

    /// <summary>The most characters between two '/'.</summary>
    public const int MaxSegmentLength = 200;

    /// <summary>
    /// True for 1 to 512 characters: segments of [A-Za-z0-9._-], joined by '/', each of 1 to 200 characters and not beginning with a '.'.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<char> key) => key.Length is > 0 and <= MaxLength && Scan(key, complete: true);

    /// <summary>True for the beginning of a valid key, the empty text included.</summary>
    public static bool IsValidPrefix(ReadOnlySpan<char> prefix) => prefix.Length <= MaxLength && Scan(prefix, complete: false);

    /// <summary>Throws <see cref="ObjectStoreException"/> unless the key is valid.</summary>
    public static void Require(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!IsValid(key))
        {
            throw new ObjectStoreException(ObjectStoreError.InvalidKey, $"object key '{key}': expected segments of [A-Za-z0-9._-] joined by '/'");
        }
    }

    private static bool Scan(ReadOnlySpan<char> key, bool complete)
    {
        var segment = 0;
        foreach (var c in key)
        {
            if (c == '/')
            {
                if (segment == 0)
                {
                    return false;
                }

                segment = 0;
                continue;
            }

            if (!(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c == '.' && segment > 0)) || ++segment > MaxSegmentLength)
            {
                return false;
            }
        }

        return !complete || segment > 0;
    }
}
