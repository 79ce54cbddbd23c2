using System.Runtime.CompilerServices;
using Executor.Contracts.Identity;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Objects;

namespace Executor.Shuffle.Engine.Records;

/// <summary>
/// A run's small named values, each created once, guarded by a checksum (<see cref="RecordEnvelope"/>) and never changed. Thread-safe.
/// Fails with <see cref="ShuffleError.Invalid"/> for an impossible run or key and <see cref="ShuffleError.DataLoss"/> for a damaged record.
/// </summary>
public sealed class RecordStore(IObjectStore objects, RunMarkers markers)
{
    private const int FirstReadBytes = 16 << 10;

    /// <summary>Creates a record unless its key is taken.</summary>
    /// <returns>Null if it was created; else the value that stands.</returns>
    public async Task<ReadOnlyMemory<byte>?> CreateAsync(
        string run, string key, ReadOnlyMemory<byte> value, int maxBytes, CancellationToken cancellationToken)
    {
        RequireRun(run);
        RequireKey(key);
        if (value.Length > maxBytes)
        {
            throw new ShuffleException(ShuffleError.Invalid, $"record {key} of run {run} has {value.Length} bytes, at most {maxBytes} are allowed");
        }

        await markers.EnsureAsync(run, cancellationToken);
        var objectKey = ObjectKeys.Record(run, key);
        while (!await objects.TryCreateAsync(objectKey, RecordEnvelope.Wrap(value), cancellationToken))
        {
            // Nothing there means that the run was deleted in between; then the create is worth another try.
            if (await GetAsync(run, key, maxBytes, cancellationToken) is { } standing)
            {
                return standing;
            }
        }

        return null;
    }

    /// <summary>The record's value, or null if there is none.</summary>
    public async Task<ReadOnlyMemory<byte>?> GetAsync(string run, string key, int maxBytes, CancellationToken cancellationToken)
    {
        RequireRun(run);
        RequireKey(key);
        var objectKey = ObjectKeys.Record(run, key);
        var content = new byte[FirstReadBytes];
        if (await objects.GetAsync(objectKey, ObjectRange.From(0, content.Length), content, cancellationToken) is not { } first)
        {
            return null;
        }

        if (first.ObjectLength > (long)maxBytes + RecordEnvelope.Overhead)
        {
            throw new ShuffleException(
                ShuffleError.DataLoss, $"record {key} of run {run} has {first.ObjectLength} bytes, at most {maxBytes} are possible");
        }

        var count = first.Count;
        if (first.ObjectLength > count)
        {
            Array.Resize(ref content, (int)first.ObjectLength);
            var rest = await objects.GetAsync(
                objectKey, ObjectRange.From(count, content.Length - count), content.AsMemory(count), cancellationToken);
            count += rest?.Count ?? 0;
        }

        return RecordEnvelope.TryUnwrap(content.AsMemory(0, count), out var value)
            ? value
            : throw new ShuffleException(ShuffleError.DataLoss, $"record {key} of run {run} is damaged: its checksum is wrong");
    }

    /// <summary>The keys that begin with a prefix, ascending by their bytes.</summary>
    public async IAsyncEnumerable<string> ListAsync(string run, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RequireRun(run);
        var root = ObjectKeys.Run(run);
        if (!ObjectKey.IsValidPrefix(root + prefix))
        {
            throw new ShuffleException(ShuffleError.Invalid, $"'{prefix}' is not the beginning of a record's key");
        }

        await foreach (var entry in objects.ListAsync(root + prefix, cancellationToken))
        {
            var key = entry.Key[root.Length..];
            if (!key.StartsWith(ObjectKeys.SegmentFolder, StringComparison.Ordinal))
            {
                yield return key;
            }
        }
    }

    /// <summary>Throws unless this can be a run's id.</summary>
    public static void RequireRun(string? run)
    {
        if (!Names.IsValid(run))
        {
            throw new ShuffleException(ShuffleError.Invalid, $"run '{run}': expected 1 to {Names.MaxLength} characters of [a-z0-9-]");
        }
    }

    private static void RequireKey(string? key)
    {
        if (!ObjectKey.IsValid(key) || key!.Length > ObjectKey.MaxLength - Names.MaxLength - 4
            || key.StartsWith(ObjectKeys.SegmentFolder, StringComparison.Ordinal))
        {
            throw new ShuffleException(ShuffleError.Invalid, $"record key '{key}': expected segments of [A-Za-z0-9._-] joined by '/'");
        }
    }
}
