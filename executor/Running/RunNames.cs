using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Executor.Contracts.Identity;

namespace Executor.Running;

/// <summary>Names for runs that were given none, or one that is no valid name.</summary>
internal static class RunNames
{
    private const int RandomBytes = 2;
    private const int HashDigits = 10;

    /// <summary>The workflow's name, the time (UTC) and four random hex digits: <c>tpch-q1-20261122-034501-9f3a</c>; a valid name.</summary>
    public static string Make(string workflow, TimeProvider time)
    {
        var suffix = time.GetUtcNow().ToString("'-'yyyyMMdd'-'HHmmss'-'", CultureInfo.InvariantCulture)
            + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));
        var room = Names.MaxLength - suffix.Length;
        return (workflow.Length <= room ? workflow : workflow[..room].TrimEnd('-')) + suffix;
    }

    /// <summary>
    /// A valid name for any text, the same for the same text and another for another: what is legible of it, cut, and ten hex digits of the SHA-256
    /// of its UTF-8 bytes. <c>sales/load 2026-01-01T00:00</c> becomes <c>sales-load-2026-01-01t00-00-9b1f...</c>.
    /// </summary>
    public static string From(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashDigits];
        var legible = new StringBuilder(Names.MaxLength);
        foreach (var c in text)
        {
            var lower = char.ToLowerInvariant(c);
            if (lower is (>= 'a' and <= 'z') or (>= '0' and <= '9'))
            {
                legible.Append(lower);
            }
            else if (legible.Length > 0 && legible[^1] != '-')
            {
                legible.Append('-');
            }

            if (legible.Length == Names.MaxLength - HashDigits - 1)
            {
                break;
            }
        }

        var head = legible.ToString().TrimEnd('-');
        return head.Length == 0 ? hash : $"{head}-{hash}";
    }
}
