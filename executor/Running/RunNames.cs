using System.Globalization;
using System.Security.Cryptography;
using Executor.Contracts.Identity;

namespace Executor.Running;

/// <summary>Names for runs that were given none.</summary>
internal static class RunNames
{
    private const int RandomBytes = 2;

    /// <summary>The workflow's name, the time (UTC) and four random hex digits: <c>tpch-q1-20261122-034501-9f3a</c>; a valid name.</summary>
    public static string Make(string workflow, TimeProvider time)
    {
        var suffix = time.GetUtcNow().ToString("'-'yyyyMMdd'-'HHmmss'-'", CultureInfo.InvariantCulture)
            + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));
        var room = Names.MaxLength - suffix.Length;
        return (workflow.Length <= room ? workflow : workflow[..room].TrimEnd('-')) + suffix;
    }
}
