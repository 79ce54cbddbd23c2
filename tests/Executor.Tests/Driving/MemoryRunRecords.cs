using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;

namespace Executor.Tests.Driving;

/// <summary>Run records in a dictionary, with calls that fail on demand.</summary>
internal sealed class MemoryRunRecords : IRunRecords
{
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _values = new(StringComparer.Ordinal);

    /// <summary>Is asked before every call: (operation, key); true makes the call fail before it does anything.</summary>
    public Func<string, string, bool>? FailBefore { get; set; }

    /// <summary>Is asked after every call: (operation, key); true loses the answer of a call that took effect.</summary>
    public Func<string, string, bool>? FailAfter { get; set; }

    public List<VerifyLoss> Losses { get; } = [];

    public int Creates { get; private set; }

    public IEnumerable<string> Keys => _values.Keys.Order(StringComparer.Ordinal);

    public Task<ReadOnlyMemory<byte>?> CreateAsync(string run, string key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        Before("create", key, cancellationToken);
        var standing = _values.TryAdd(key, value.ToArray()) ? (ReadOnlyMemory<byte>?)null : _values[key];
        Creates++;
        After("create", key);
        return Task.FromResult(standing);
    }

    public Task<ReadOnlyMemory<byte>?> GetAsync(string run, string key, CancellationToken cancellationToken)
    {
        Before("get", key, cancellationToken);
        return Task.FromResult(_values.TryGetValue(key, out var value) ? value : (ReadOnlyMemory<byte>?)null);
    }

    public async IAsyncEnumerable<string> ListAsync(string run, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        Before("list", prefix, cancellationToken);
        foreach (var key in _values.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            yield return key;
        }
    }

    public Task<SealRecord> SealAsync(SealRequest request, CancellationToken cancellationToken)
    {
        var key = RecordKeys.Seal(request.Seal.Output, request.Seal.Generation);
        Before("seal", key, cancellationToken);
        var instances = new List<SealedInstance>();
        for (var index = 0; index < request.Generations.Count; index++)
        {
            var generation = request.Generations[index];
            if (!_values.TryGetValue(RecordKeys.Commit(new InstanceId(request.Seal.Output.Task, index), generation), out var value))
            {
                throw new ShuffleException(ShuffleError.NotFound, $"{request.Seal.Output.Task}[{index}] has no commit in generation {generation}");
            }

            var commit = JsonSerializer.Deserialize(value.Span, ContractsJson.Default.CommitRecord)!;
            instances.Add(new SealedInstance(index, generation, commit.Writer.Attempt.Attempt, commit.Writer.Incarnation, 0, 0));
        }

        var seal = new SealRecord
        {
            Output = request.Seal.Output,
            Generation = request.Seal.Generation,
            Epoch = request.Epoch,
            PartitionCount = request.PartitionCount,
            Schema = ReadOnlyMemory<byte>.Empty,
            Instances = instances,
            Segments = [],
            Partitions = [],
        };
        _values.TryAdd(key, JsonSerializer.SerializeToUtf8Bytes(seal, ContractsJson.Default.SealRecord));
        After("seal", key);
        return Task.FromResult(seal);
    }

    public async IAsyncEnumerable<RunEntry> ListRunsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    public Task DeleteRunAsync(string run, CancellationToken cancellationToken)
    {
        _values.Clear();
        return Task.CompletedTask;
    }

    public Task<VerifyReport> VerifyAsync(string run, CancellationToken cancellationToken)
    {
        Before("verify", run, cancellationToken);
        return Task.FromResult(new VerifyReport(0, 0, 0, [.. Losses]));
    }

    public Task<RunStatistics> GetStatisticsAsync(string run, CancellationToken cancellationToken) =>
        Task.FromResult(new RunStatistics(0, 0, _values.Count, _values.Values.Sum(value => (long)value.Length)));

    public Task<RunUsage> GetUsageAsync(string run, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>What an attempt does through the channel: commits, or is told who did.</summary>
    public bool Commit(AttemptId attempt, string definition, string incarnation = "i", AttemptUsage? usage = null)
    {
        var commit = new CommitRecord { Writer = new WriterId(attempt, incarnation), Definition = definition, TaskDefinition = "t", Usage = usage };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(commit, ContractsJson.Default.CommitRecord);
        return _values.TryAdd(RecordKeys.Commit(attempt.Instance, attempt.Generation), bytes);
    }

    public void Put(string key, byte[] value) => _values[key] = value;

    private void Before(string operation, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (FailBefore?.Invoke(operation, key) == true)
        {
            throw new ShuffleException(ShuffleError.Unavailable, $"{operation} {key}: out of reach");
        }
    }

    private void After(string operation, string key)
    {
        if (FailAfter?.Invoke(operation, key) == true)
        {
            throw new ShuffleException(ShuffleError.Unavailable, $"{operation} {key}: the answer was lost");
        }
    }
}
