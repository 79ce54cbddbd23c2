using System.Security.Cryptography;
using System.Text;
using Executor.Contracts.Identity;

namespace Executor.Shuffle.Engine.Security;

/// <summary>
/// The keys that callers show, derived from one master key by HMAC-SHA256: <c>operator.HEX</c> for the operator, <c>run.RUN.HEX</c> for the
/// tasks of a run. Whoever holds the master key can derive them again; nothing is stored. Thread-safe.
/// </summary>
public sealed class StoreKeys
{
    /// <summary>The fewest bytes of a master key.</summary>
    public const int MinMasterKeyBytes = 32;

    /// <summary>The most bytes of a master key.</summary>
    public const int MaxMasterKeyBytes = 4096;

    private const string OperatorPrefix = "operator.";
    private const string RunPrefix = "run.";

    private readonly byte[] _master;

    /// <summary>Derives keys from a master key of at least 32 bytes.</summary>
    public StoreKeys(ReadOnlySpan<byte> master)
    {
        if (master.Length is < MinMasterKeyBytes or > MaxMasterKeyBytes)
        {
            throw new ArgumentException(
                $"the master key has {master.Length} bytes, expected {MinMasterKeyBytes} to {MaxMasterKeyBytes}", nameof(master));
        }

        _master = master.ToArray();
        OperatorKey = OperatorPrefix + Derive("operator");
    }

    /// <summary>The key that opens everything.</summary>
    public string OperatorKey { get; }

    /// <summary>The key that a run's task pods hold.</summary>
    public string RunKeyOf(string run) => $"{RunPrefix}{run}.{Derive("run:" + run)}";

    /// <summary>Whose key this is; null if it is nobody's.</summary>
    internal Caller? Identify(string key)
    {
        if (AreEqual(OperatorKey, key))
        {
            return Caller.Operator;
        }

        if (key.StartsWith(RunPrefix, StringComparison.Ordinal) && key.LastIndexOf('.') is var dot && dot > RunPrefix.Length)
        {
            var run = key[RunPrefix.Length..dot];
            return Names.IsValid(run) && AreEqual(RunKeyOf(run), key) ? Caller.TaskOf(run) : null;
        }

        return null;
    }

    /// <summary>A MAC over bytes that the store gives out and gets back, for a purpose of its own.</summary>
    internal byte[] Sign(string purpose, ReadOnlySpan<byte> content)
    {
        var key = HMACSHA256.HashData(_master, Encoding.UTF8.GetBytes("sign:" + purpose));
        return HMACSHA256.HashData(key, content);
    }

    /// <summary>Compares two keys in a time that does not tell where they differ.</summary>
    private static bool AreEqual(string expected, string shown) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(shown));

    private string Derive(string purpose) => Convert.ToHexStringLower(HMACSHA256.HashData(_master, Encoding.UTF8.GetBytes(purpose)));
}
