using System.Diagnostics.CodeAnalysis;
using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.Informers;

/// <summary>The objects by namespace and name, and by one index. Thread-safe; one writer.</summary>
internal sealed class ObjectStore<T>(Func<T, string?>? indexKey)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, T> _objects = [];
    private readonly Dictionary<string, HashSet<ObjectKey>> _index = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _objects.Count;
            }
        }
    }

    public bool TryGet(ObjectKey key, [NotNullWhen(true)] out T? value)
    {
        lock (_lock)
        {
            return _objects.TryGetValue(key, out value);
        }
    }

    public IReadOnlyList<T> Snapshot()
    {
        lock (_lock)
        {
            return [.. _objects.Values];
        }
    }

    public IReadOnlyList<T> ByIndex(string key)
    {
        lock (_lock)
        {
            return _index.TryGetValue(key, out var keys) ? [.. keys.Select(found => _objects[found])] : [];
        }
    }

    public IReadOnlyList<ObjectKey> KeysExcept(HashSet<ObjectKey> kept)
    {
        lock (_lock)
        {
            return [.. _objects.Keys.Where(key => !kept.Contains(key))];
        }
    }

    public void Set(ObjectKey key, T value)
    {
        lock (_lock)
        {
            RemoveFromIndex_NeedsLock(key);
            _objects[key] = value;
            if (indexKey?.Invoke(value) is { } name)
            {
                (_index.TryGetValue(name, out var keys) ? keys : _index[name] = []).Add(key);
            }
        }
    }

    public void Remove(ObjectKey key)
    {
        lock (_lock)
        {
            RemoveFromIndex_NeedsLock(key);
            _objects.Remove(key);
        }
    }

    private void RemoveFromIndex_NeedsLock(ObjectKey key)
    {
        if (_objects.TryGetValue(key, out var old) && indexKey?.Invoke(old) is { } name && _index.TryGetValue(name, out var keys))
        {
            keys.Remove(key);
            if (keys.Count == 0)
            {
                _index.Remove(name);
            }
        }
    }
}

/// <summary>Namespace (empty for cluster-scoped kinds) and name.</summary>
internal readonly record struct ObjectKey(string NamespaceName, string Name)
{
    public static ObjectKey Of(V1ObjectMeta metadata) => new(metadata.NamespaceProperty ?? "", metadata.Name ?? "");
}
