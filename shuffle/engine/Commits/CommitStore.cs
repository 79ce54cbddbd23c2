using System.Globalization;
using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Records;

namespace Executor.Shuffle.Engine.Commits;

/// <summary>Creates and reads the records by which an attempt's data becomes its instance's. Thread-safe.</summary>
public sealed class CommitStore(RecordStore records, SchemaAgreement schemas)
{
    /// <summary>Tries to make a commit the one that stands for its instance and generation.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellationToken">Gives up; the commit may stand or not.</param>
    public async Task<CommitAnswer> CommitAsync(CommitRecord commit, CancellationToken cancellationToken)
    {
        CommitValidation.Require(commit);
        var attempt = commit.Writer.Attempt;
        var value = JsonSerializer.SerializeToUtf8Bytes(commit, ContractsJson.Default.CommitRecord);
        foreach (var output in commit.Outputs)
        {
            await schemas.AgreeAsync(
                attempt.Run, new OutputId(attempt.Task, output.Name), commit.TaskDefinition, output.Schema, cancellationToken);
        }

        var key = RecordKeys.Commit(attempt.Instance, attempt.Generation);
        try
        {
            var standing = await records.CreateAsync(attempt.Run, key, value, ShuffleLimits.MaxRecordBytes, cancellationToken);
            var winner = standing is null ? commit : Parse(attempt.Instance, attempt.Generation, standing.Value);
            return new CommitAnswer(winner.Writer == commit.Writer, winner);
        }
        catch (ShuffleException exception) when (exception.Error == ShuffleError.DataLoss)
        {
            throw Lost(attempt.Instance, attempt.Generation, exception);
        }
    }

    /// <summary>
    /// The commit of an instance in a generation, or null if there is none. A damaged one is <see cref="ShuffleError.DataLoss"/> of the instance.
    /// </summary>
    public async Task<CommitRecord?> FindAsync(string run, InstanceId instance, int generation, CancellationToken cancellationToken)
    {
        try
        {
            var value = await records.GetAsync(run, RecordKeys.Commit(instance, generation), ShuffleLimits.MaxRecordBytes, cancellationToken);
            return value is null ? null : Parse(instance, generation, value.Value);
        }
        catch (ShuffleException exception) when (exception.Error == ShuffleError.DataLoss)
        {
            throw Lost(instance, generation, exception);
        }
    }

    /// <summary>The instance and generation that a commit's key names; false for other keys.</summary>
    internal static bool TryParseKey(string key, out InstanceId instance, out int generation)
    {
        instance = default;
        generation = 0;
        var parts = key[RecordKeys.Commits.Length..].Split('/', '.');
        if (parts.Length != 3 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out generation))
        {
            return false;
        }

        instance = new InstanceId(parts[0], index);
        return true;
    }

    private static CommitRecord Parse(InstanceId instance, int generation, ReadOnlyMemory<byte> value)
    {
        try
        {
            if (JsonSerializer.Deserialize(value.Span, ContractsJson.Default.CommitRecord) is { } commit
                && commit.Writer.Attempt.Instance == instance && commit.Writer.Attempt.Generation == generation)
            {
                return commit;
            }
        }
        catch (JsonException)
        {
            // Whole by its checksum, and still no commit: as good as lost.
        }

        throw new ShuffleException(ShuffleError.DataLoss, $"the commit of {instance} generation {generation} cannot be understood");
    }

    private static ShuffleException Lost(InstanceId instance, int generation, ShuffleException cause) =>
        new(ShuffleError.DataLoss, cause.Message, cause) { Lost = [new LostInstance(instance, generation)] };
}
