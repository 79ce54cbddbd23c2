using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Driving;

/// <summary>Reads seals as the driver needs them.</summary>
internal static class SealReader
{
    /// <summary>Reads a seal that stands.</summary>
    /// <exception cref="ShuffleException">The store cannot be reached, or the seal is not there or damaged.</exception>
    public static async Task<SealRecord> ReadAsync(IRunRecords records, string run, OutputId output, int generation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        try
        {
            if (await records.GetAsync(run, RecordKeys.Seal(output, generation), cancellationToken) is { } value
                && JsonSerializer.Deserialize(value.Span, ContractsJson.Default.SealRecord) is { } seal)
            {
                return seal;
            }
        }
        catch (JsonException e)
        {
            throw new ShuffleException(ShuffleError.DataLoss, $"the seal of {output} generation {generation} cannot be understood", e);
        }

        throw new ShuffleException(ShuffleError.DataLoss, $"the seal of {output} generation {generation} is gone");
    }
}
