using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Security;

/// <summary>
/// The master keys of a store. One signs tickets and is what its own clients derive keys from; a second one, in a file named
/// <see cref="SecondName"/> beside the first, is accepted as well, so that one key can be replaced by another under way. Files that are replaced count
/// within <see cref="CheckInterval"/>, without a restart; as long as what is there cannot be used, the keys from before stay. Thread-safe.
/// </summary>
internal sealed partial class KeyRing
{
    /// <summary>The file of the second key, in the folder of the first.</summary>
    public const string SecondName = "second.key";

    /// <summary>How often the files are looked at, at most.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    /// <summary>A mounted Secret is replaced at once, but not between two reads of one check.</summary>
    private const int MaxReads = 3;

    private readonly Lock _checking = new();
    private readonly string? _file;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Loaded _loaded;
    private string? _refused;
    private long _checked;

    /// <summary>Keys that never change.</summary>
    public KeyRing(StoreKeys keys, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _loaded = new Loaded([], null, keys, null);
    }

    /// <summary>Reads the master key from its file, or makes it, and the second one if there is one.</summary>
    /// <exception cref="IOException">A file cannot be read or made, or holds too few or too many bytes.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public KeyRing(string file, TimeProvider time, ILogger logger)
    {
        MasterKeyFile.ReadOrCreate(file);
        _file = file;
        _time = time;
        _logger = logger;
        _checked = time.GetTimestamp();
        var (master, second) = Read();
        _loaded = Load(master, second);
    }

    /// <summary>The keys to derive from and to sign with.</summary>
    public StoreKeys Current => Checked().Current;

    /// <summary>Whose key this is, by either master key; null if it is nobody's.</summary>
    public Caller? Identify(string key)
    {
        var loaded = Checked();
        return loaded.Current.Identify(key) ?? loaded.Second?.Identify(key);
    }

    /// <summary>True if one of the master keys has signed the content for the purpose.</summary>
    public bool IsSigned(string purpose, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        var loaded = Checked();
        return CryptographicOperations.FixedTimeEquals(signature, loaded.Current.Sign(purpose, content))
            || (loaded.Second is { } second && CryptographicOperations.FixedTimeEquals(signature, second.Sign(purpose, content)));
    }

    private Loaded Checked()
    {
        // Whoever finds the files being looked at takes what there is.
        if (_file is not null && _time.GetElapsedTime(Volatile.Read(ref _checked)) >= CheckInterval && _checking.TryEnter())
        {
            try
            {
                Check(_file);
                Volatile.Write(ref _checked, _time.GetTimestamp());
            }
            finally
            {
                _checking.Exit();
            }
        }

        return _loaded;
    }

    private void Check(string file)
    {
        try
        {
            var (master, second) = Read();
            if (IsLoaded(master, second))
            {
                _refused = null;
                return;
            }

            _loaded = Load(master, second);
            _refused = null;
            Replaced(file, second is null ? "no other key is accepted" : "a second key is accepted");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (_refused != exception.Message)
            {
                _refused = exception.Message;
                Refused(file, exception.Message);
            }
        }
    }

    private (byte[] Master, byte[]? Second) Read()
    {
        var found = ReadOnce();
        for (var read = 1; read < MaxReads; read++)
        {
            var again = ReadOnce();
            if (AreEqual(found.Master, again.Master) && AreEqual(found.Second, again.Second))
            {
                return again;
            }

            found = again;
        }

        return found;
    }

    private (byte[] Master, byte[]? Second) ReadOnce()
    {
        var second = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_file!))!, SecondName);
        return (MasterKeyFile.Read(_file!), File.Exists(second) ? MasterKeyFile.Read(second) : null);
    }

    private bool IsLoaded(byte[] master, byte[]? second) => AreEqual(master, _loaded.MasterBytes) && AreEqual(second, _loaded.SecondBytes);

    private static Loaded Load(byte[] master, byte[]? second) => new(master, second, new StoreKeys(master), second is null ? null : new StoreKeys(second));

    private static bool AreEqual(byte[]? one, byte[]? other) =>
        one is null || other is null ? one is null && other is null : CryptographicOperations.FixedTimeEquals(one, other);

    [LoggerMessage(EventId = 1010, EventName = "KeysReplaced", Level = LogLevel.Warning, Message = "the master keys were replaced: {File} signs from now on, {Second}")]
    private partial void Replaced(string file, string second);

    [LoggerMessage(EventId = 1011, EventName = "KeysRefused", Level = LogLevel.Warning, Message = "{File} or the second key beside it was replaced and cannot be used, the keys from before stay: {Reason}")]
    private partial void Refused(string file, string reason);

    /// <summary>Not a record: nothing prints it.</summary>
    private sealed class Loaded(byte[] masterBytes, byte[]? secondBytes, StoreKeys current, StoreKeys? second)
    {
        internal byte[] MasterBytes => masterBytes;

        internal byte[]? SecondBytes => secondBytes;

        internal StoreKeys Current => current;

        internal StoreKeys? Second => second;
    }
}
