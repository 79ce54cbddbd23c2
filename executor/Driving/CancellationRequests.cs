using System.Globalization;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Driving;

/// <summary>
/// Requests to cancel a run: numbered records, since a run that was cancelled and resumed may be cancelled again. The driver honours those
/// beyond the number that its journal names.
/// </summary>
internal static class CancellationRequests
{
    /// <summary>Asks for the run to be cancelled. Asking again while it is being cancelled ends it without waiting for its attempts.</summary>
    public static async Task CreateAsync(IRunRecords records, string run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        for (var number = await CountAsync(records, run, cancellationToken); ; number++)
        {
            if (await records.CreateAsync(run, Key(number), ReadOnlyMemory<byte>.Empty, cancellationToken) is null)
            {
                return;
            }
        }
    }

    /// <summary>How many requests the run has had.</summary>
    public static async Task<int> CountAsync(IRunRecords records, string run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        var count = 0;
        await foreach (var _ in records.ListAsync(run, RecordKeys.CancelRequest, cancellationToken))
        {
            count++;
        }

        return count;
    }

    private static string Key(int number) =>
        number == 0 ? RecordKeys.CancelRequest : string.Create(CultureInfo.InvariantCulture, $"{RecordKeys.CancelRequest}.{number:D4}");
}
