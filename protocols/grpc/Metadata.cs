using System.Buffers;
using System.Collections;
using System.Text;

namespace Executor.Grpc;

/// <summary>
/// The headers or trailers of a call: an ordered list in which a key may stand more than once. Keys are lower-case; a key that
/// ends in <c>-bin</c> has bytes as its value, any other has printable ASCII. Not safe for use by several threads while it changes.
/// </summary>
public sealed class Metadata : IReadOnlyList<Metadata.Entry>
{
    /// <summary>The ending of keys whose values are bytes.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz_-.");

    private readonly List<Entry> _entries = [];

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public Entry this[int index] => _entries[index];

    /// <summary>Adds an entry at the end.</summary>
    public void Add(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _entries.Add(entry);
    }

    /// <summary>Adds a text entry; see <see cref="Entry(string, string)"/>.</summary>
    public void Add(string key, string value) => Add(new Entry(key, value));

    /// <summary>Adds a binary entry; see <see cref="Entry(string, byte[])"/>.</summary>
    public void Add(string key, byte[] value) => Add(new Entry(key, value));

    /// <summary>The last entry of a key, whatever the key's case, or null.</summary>
    public Entry? Get(string key) => _entries.FindLast(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>The text of a key's last entry, or null.</summary>
    /// <exception cref="InvalidOperationException">The key's values are bytes.</exception>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>The bytes of a key's last entry, or null.</summary>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    /// <summary>All entries of a key, in order.</summary>
    public IEnumerable<Entry> GetAll(string key) => _entries.Where(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A key with its value. <see cref="ToString"/> shows the key alone, as values may be secret.</summary>
    public sealed class Entry
    {
        private readonly string? _value;
        private readonly byte[]? _bytes;

        /// <summary>A text entry.</summary>
        /// <exception cref="ArgumentException">The key is not valid or ends in <c>-bin</c>, or the value is not printable ASCII.</exception>
        public Entry(string key, string value)
        {
            ArgumentNullException.ThrowIfNull(value);
            Key = NormalizeKey(key);
            if (IsBinary)
            {
                throw new ArgumentException($"The value of the metadata key '{Key}' must be bytes.", nameof(value));
            }

            if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw new ArgumentException($"The value of the metadata key '{Key}' holds characters outside of printable ASCII.", nameof(value));
            }

            _value = value;
        }

        /// <summary>A binary entry; the array is kept, not copied.</summary>
        /// <exception cref="ArgumentException">The key is not valid or does not end in <c>-bin</c>.</exception>
        public Entry(string key, byte[] value)
        {
            ArgumentNullException.ThrowIfNull(value);
            Key = NormalizeKey(key);
            if (!IsBinary)
            {
                throw new ArgumentException($"The metadata key '{Key}' has bytes and does not end in -bin.", nameof(key));
            }

            _bytes = value;
        }

        /// <summary>The key, in lower case.</summary>
        public string Key { get; }

        /// <summary>Whether the value is bytes.</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>The text.</summary>
        /// <exception cref="InvalidOperationException">The value is bytes.</exception>
        public string Value => _value ?? throw new InvalidOperationException($"The value of the metadata key '{Key}' is bytes.");

        /// <summary>The bytes, or the text's bytes.</summary>
        public byte[] ValueBytes => _bytes ?? Encoding.ASCII.GetBytes(Value);

        /// <inheritdoc/>
        public override string ToString() => Key;

        private static string NormalizeKey(string key)
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            var lower = key.ToLowerInvariant();
            return lower.AsSpan().ContainsAnyExcept(KeyCharacters)
                ? throw new ArgumentException($"'{key}' is not a metadata key: letters, digits, '-', '_' and '.' are allowed.", nameof(key))
                : lower;
        }
    }
}
