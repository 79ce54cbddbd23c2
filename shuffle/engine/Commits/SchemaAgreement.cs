using System.Collections.Concurrent;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Records;

namespace Executor.Shuffle.Engine.Commits;

/// <summary>
/// The schema that all instances of a task definition have in common. The first commit fixes it; an attempt with another one is refused as
/// soon as it opens a writer, or at its commit. Thread-safe.
/// </summary>
public sealed class SchemaAgreement(RecordStore records)
{
    private const int MaxCached = 1_000;

    private readonly ConcurrentDictionary<(string Run, string Key), ReadOnlyMemory<byte>> _agreed = [];

    /// <summary>Compares a schema with the one agreed on, if there is one.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.SchemaMismatch"/>.</exception>
    public async Task CheckAsync(
        string run, OutputId output, string taskDefinition, ReadOnlyMemory<byte> schema, CancellationToken cancellationToken)
    {
        var key = RecordKeys.Schema(output, taskDefinition);
        if (!_agreed.TryGetValue((run, key), out var agreed))
        {
            if (await records.GetAsync(run, key, ShuffleLimits.MaxSchemaBytes, cancellationToken) is not { } standing)
            {
                return;
            }

            Remember(run, key, agreed = standing);
        }

        SchemaFields.RequireEqual($"output {output}", agreed, schema);
    }

    /// <summary>Makes a schema the agreed one, or compares it with the one that is.</summary>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.SchemaMismatch"/>.</exception>
    public async Task AgreeAsync(
        string run, OutputId output, string taskDefinition, ReadOnlyMemory<byte> schema, CancellationToken cancellationToken)
    {
        var key = RecordKeys.Schema(output, taskDefinition);
        if (!_agreed.TryGetValue((run, key), out var agreed))
        {
            agreed = await records.CreateAsync(run, key, schema, ShuffleLimits.MaxSchemaBytes, cancellationToken) ?? schema;
            Remember(run, key, agreed.ToArray());
        }

        SchemaFields.RequireEqual($"output {output}", agreed, schema);
    }

    /// <summary>Forgets what was agreed on in a run that is being deleted.</summary>
    public void Forget(string run)
    {
        foreach (var key in _agreed.Keys.Where(key => key.Run == run))
        {
            _agreed.TryRemove(key, out _);
        }
    }

    private void Remember(string run, string key, ReadOnlyMemory<byte> schema)
    {
        if (_agreed.Count >= MaxCached)
        {
            _agreed.Clear();
        }

        _agreed.TryAdd((run, key), schema);
    }
}
