using System.Collections.Concurrent;

namespace Shuffle.Tests.Faults;

/// <summary>
/// Tells the pods of a round what goes wrong next, counts what they do, and carries out late what was under way when its caller gave it up.
/// Thread-safe.
/// </summary>
internal sealed class Misfortunes(RoundPlan plan)
{
    private const int FullWrites = 4;

    private readonly Lock _lock = new();
    private readonly Random _random = new(plan.Seed);
    private readonly Dictionary<ProtocolStep, int> _counts = [];
    private readonly List<PlannedFault> _left = [.. plan.Faults];
    private readonly List<(int Due, Func<Task> Request)> _late = [];
    private readonly ConcurrentBag<Task> _running = [];
    private int _requests;
    private int _full;
    private bool _isOver;

    /// <summary>What has struck, in order.</summary>
    internal ConcurrentQueue<string> Events { get; } = [];

    /// <summary>Requests of pods, and pieces on the wire, so far.</summary>
    internal string Counts
    {
        get
        {
            lock (_lock)
            {
                return string.Join(", ", _counts.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"));
            }
        }
    }

    /// <summary>Faults that the round never came to.</summary>
    internal IReadOnlyList<PlannedFault> Left
    {
        get
        {
            lock (_lock)
            {
                return [.. _left];
            }
        }
    }

    /// <summary>Takes note of a request, or of bytes on the wire, and says what goes wrong with it.</summary>
    internal PodFault? Next(ProtocolStep step, int amount = 1, bool isWrite = false)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return null;
            }

            Pass();
            var count = _counts[step] = _counts.GetValueOrDefault(step) + amount;
            if (_left.FirstOrDefault(fault => fault.Step == step && fault.Count <= count) is { } struck)
            {
                _left.Remove(struck);
                Events.Enqueue(struck.ToString());
                _full = struck.Fault == PodFault.Full && isWrite ? FullWrites : _full;
                return struck.Fault;
            }

            if (!isWrite || _full == 0)
            {
                return null;
            }

            _full--;
            return PodFault.Full;
        }
    }

    /// <summary>Has a request carried out when some others have passed, or when the faults are over.</summary>
    internal void Later(Func<Task> request)
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _late.Add((_requests + _random.Next(1, 20), request));
                return;
            }
        }

        _running.Add(RunAsync(request));
    }

    /// <summary>Nothing goes wrong from now on, and what was late has happened.</summary>
    internal async Task EndAsync()
    {
        lock (_lock)
        {
            _isOver = true;
            _late.ForEach(late => _running.Add(RunAsync(late.Request)));
            _late.Clear();
        }

        await Task.WhenAll(_running);
    }

    /// <summary>Under the lock.</summary>
    private void Pass()
    {
        _requests++;
        foreach (var late in _late.Where(late => late.Due <= _requests).ToList())
        {
            _late.Remove(late);
            _running.Add(RunAsync(late.Request));
        }
    }

    private Task RunAsync(Func<Task> request) => Task.Run(async () =>
    {
        try
        {
            await request();
        }
        catch (Executor.Shuffle.Engine.Objects.ObjectStoreException failure)
        {
            // Nobody waits for it: that it may fail as well is part of being late.
            Events.Enqueue($"a late request failed: {failure.Message}");
        }
    });
}
