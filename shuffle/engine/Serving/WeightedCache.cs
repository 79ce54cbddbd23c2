namespace Executor.Shuffle.Engine.Serving;

/// <summary>
/// Keeps what was loaded last, up to a total weight; loads each value once however many ask for it. Failed loads and nulls are not kept. Thread-safe.
/// </summary>
/// <typeparam name="TValue">What is kept.</typeparam>
/// <param name="maxWeight">The most that all kept values weigh together.</param>
/// <param name="weigh">A value's weight.</param>
internal sealed class WeightedCache<TValue>(long maxWeight, Func<TValue, long> weigh)
    where TValue : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = [];
    private long _weight;

    internal async Task<TValue?> GetAsync(string key, Func<Task<TValue?>> load, CancellationToken cancellationToken)
    {
        LinkedListNode<Entry>? node;
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
            }
            else
            {
                node = _byUse.AddFirst(new Entry(key));
                _entries.Add(key, node);
                node.Value.Loading = Task.Run(() => LoadAsync(node, load), CancellationToken.None);
            }
        }

        return await node.Value.Loading!.WaitAsync(cancellationToken);
    }

    /// <summary>Forgets all values whose keys begin with a prefix.</summary>
    internal void Forget(string prefix)
    {
        lock (_lock)
        {
            foreach (var node in _entries.Values.Where(node => node.Value.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList())
            {
                Remove(node);
            }
        }
    }

    private async Task<TValue?> LoadAsync(LinkedListNode<Entry> node, Func<Task<TValue?>> load)
    {
        TValue? value = null;
        try
        {
            value = await load();
            return value;
        }
        finally
        {
            lock (_lock)
            {
                if (value is null)
                {
                    Remove(node);
                }
                else if (node.List is not null)
                {
                    node.Value.Weight = weigh(value);
                    _weight += node.Value.Weight;
                    Trim();
                }
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private void Trim()
    {
        for (var node = _byUse.Last; node is not null && _weight > maxWeight;)
        {
            var previous = node.Previous;
            if (node.Value.Weight > 0)
            {
                Remove(node);
            }

            node = previous;
        }
    }

    /// <summary>Under the lock.</summary>
    private void Remove(LinkedListNode<Entry> node)
    {
        if (node.List is not null)
        {
            _entries.Remove(node.Value.Key);
            _byUse.Remove(node);
            _weight -= node.Value.Weight;
        }
    }

    private sealed class Entry(string key)
    {
        internal string Key { get; } = key;

        internal Task<TValue?>? Loading { get; set; }

        internal long Weight { get; set; }
    }
}
