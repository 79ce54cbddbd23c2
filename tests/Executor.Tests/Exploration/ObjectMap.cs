using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Executor.Tests.Exploration;

/// <summary>The objects of a world, as a value: making one gives another map. Knows hashes of its content, journal and rest apart.</summary>
internal sealed class ObjectMap
{
    private ObjectMap(ImmutableSortedDictionary<string, byte[]> objects, UInt128 journal, UInt128 data)
    {
        Objects = objects;
        JournalHash = journal;
        DataHash = data;
    }

    public static ObjectMap Empty { get; } = new(ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal), 0, 0);

    public ImmutableSortedDictionary<string, byte[]> Objects { get; }

    public UInt128 JournalHash { get; }

    /// <summary>The hash of everything but the journal.</summary>
    public UInt128 DataHash { get; }

    public bool Contains(string key) => Objects.ContainsKey(key);

    public ObjectMap With(string key, byte[] content)
    {
        var without = Contains(key) ? Without(key) : this;
        return without.Change(key, content, without.Objects.Add(key, content));
    }

    public ObjectMap Without(string key) => Change(key, Objects[key], Objects.Remove(key));

    private ObjectMap Change(string key, byte[] content, ImmutableSortedDictionary<string, byte[]> objects)
    {
        // Order does not matter to exclusive or, and what is taken out cancels what was put in.
        var hash = Hashing.Of([.. Encoding.UTF8.GetBytes(key), 0, .. SHA256.HashData(content)]);
        return key.Contains("/journal/", StringComparison.Ordinal)
            ? new ObjectMap(objects, JournalHash ^ hash, DataHash)
            : new ObjectMap(objects, JournalHash, DataHash ^ hash);
    }
}
