using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Driving;

/// <summary>The workflows that a run has gone by, one record per revision.</summary>
internal static class WorkflowRevisions
{
    /// <summary>
    /// The revision that holds a workflow: the run's own if that is the same, else the next free one, whose record is made. The record comes
    /// before the decision that names it, so that a revision in the journal can always be read; one that no decision names means nothing.
    /// </summary>
    /// <param name="records">Where the run's records are.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="current">The run's revision so far; -1 if it has none.</param>
    /// <param name="workflow">The resolved workflow; nothing is compared if empty.</param>
    /// <param name="mayChange">False if a run that has begun must go on with the workflow that it has.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="RunConflictException">The run has another workflow and must keep it.</exception>
    public static async Task<int> SettleAsync(
        IRunRecords records, string run, int current, ReadOnlyMemory<byte> workflow, bool mayChange, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (workflow.IsEmpty)
        {
            return Math.Max(0, current);
        }

        if (current >= 0)
        {
            var standing = await records.GetAsync(run, RecordKeys.Workflow(current), cancellationToken);
            if (standing is { } value && value.Span.SequenceEqual(workflow.Span))
            {
                return current;
            }

            if (!mayChange)
            {
                throw new RunConflictException($"run {run} was begun with another workflow; resume it to go on with this one");
            }
        }

        for (var revision = current + 1; ; revision++)
        {
            var standing = await records.CreateAsync(run, RecordKeys.Workflow(revision), workflow, cancellationToken);
            if (standing is not { } value || value.Span.SequenceEqual(workflow.Span))
            {
                return revision;
            }
        }
    }
}

/// <summary>A run cannot be driven as asked because of what it is already.</summary>
/// <param name="message">What it is and what can be done.</param>
internal sealed class RunConflictException(string message) : Exception(message);
