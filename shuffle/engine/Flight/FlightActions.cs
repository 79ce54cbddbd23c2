using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Executor.Flight;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Security;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>Runs the store's actions; <see cref="ShuffleActions"/> says what each takes and gives.</summary>
internal sealed class FlightActions(ShuffleEngine engine, InProcessRunRecords records, TicketSigner tickets, AuditLog audit)
{
    private const int KeysPerResult = 500;

    internal static IReadOnlyList<FlightActionType> All { get; } =
    [
        new(ShuffleActions.Commit, "Makes an attempt's data its instance's: JSON of a commit to {won, winner}."),
        new(ShuffleActions.Seal, "Completes an output: JSON {seal, epoch, partitionCount, generations} to the seal. Operator."),
        new(ShuffleActions.GetSeal, "JSON {run, output, generation} to the seal, or no result."),
        new(ShuffleActions.CreateRecord, "JSON {run, key, value (base64)} to no result if created, else the value that stands."),
        new(ShuffleActions.GetRecord, "JSON {run, key} to the value, or no result."),
        new(ShuffleActions.ListRecords, "JSON {run, key: a prefix} to keys joined by line feeds. Operator."),
        new(ShuffleActions.ListRuns, "To one JSON {run, created} per result. Operator."),
        new(ShuffleActions.DeleteRun, "JSON {run}: deletes everything of a run. Operator."),
        new(ShuffleActions.VerifyRun, "JSON {run} to a report of what is lost or damaged. Operator."),
        new(ShuffleActions.RunStatistics, "JSON {run} to objects and bytes. Operator."),
        new(ShuffleActions.RunUsage, "JSON {run} to the requests to the object store that were made for it. Operator."),
        new(ShuffleActions.RecordUsage, "JSON {run}: writes down what this store has counted for the run. Operator."),
        new(ShuffleActions.CollectRun, "JSON {run}: deletes the segments of a finished run that no commit names. Operator."),
        new(ShuffleActions.RenewTicket, "A ticket, expired or not, to a fresh one. Needs the run's key."),
    ];

    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> RunAsync(
        FlightAction action, Caller caller, IPEndPoint? peer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        switch (action.Type)
        {
            case ShuffleActions.ListRecords:
                await foreach (var page in ListRecordsAsync(action, caller, cancellationToken))
                {
                    yield return page;
                }

                break;
            case ShuffleActions.ListRuns:
                caller.RequireOperator("listing runs");
                audit.Accepted(peer, action.Type, null);
                await foreach (var entry in records.ListRunsAsync(cancellationToken))
                {
                    yield return JsonSerializer.SerializeToUtf8Bytes(entry, ShuffleJson.Default.RunEntry);
                }

                break;
            default:
                if (await AnswerAsync(action, caller, peer, cancellationToken) is { } result)
                {
                    yield return result;
                }

                break;
        }
    }

    private async Task<ReadOnlyMemory<byte>?> AnswerAsync(
        FlightAction action, Caller caller, IPEndPoint? peer, CancellationToken cancellationToken)
    {
        switch (action.Type)
        {
            case ShuffleActions.Commit:
                var commit = ShuffleJson.Read(action.Body.Span, ShuffleJson.Default.CommitRecord);
                caller.RequireRun(commit.Writer.Attempt.Run, "committing");
                var answer = await engine.CommitAsync(commit, cancellationToken);
                return JsonSerializer.SerializeToUtf8Bytes(answer, ShuffleJson.Default.CommitAnswer);
            case ShuffleActions.Seal:
                caller.RequireOperator("sealing");
                var seal = await records.SealAsync(ShuffleJson.Read(action.Body.Span, ShuffleJson.Default.SealRequest), cancellationToken);
                return JsonSerializer.SerializeToUtf8Bytes(seal, ShuffleJson.Default.SealRecord);
            case ShuffleActions.GetSeal:
                var id = ShuffleJson.Read(action.Body.Span, ShuffleJson.Default.SealId);
                caller.RequireRun(id.Run, "reading seals");
                var standing = await engine.Reader.FindSealAsync(id, cancellationToken);
                return standing is null ? (ReadOnlyMemory<byte>?)null : JsonSerializer.SerializeToUtf8Bytes(standing, ShuffleJson.Default.SealRecord);
            case ShuffleActions.CreateRecord:
                var record = Record(action);
                caller.RequireCreate(record.Run, record.Key);
                return await records.CreateAsync(record.Run, record.Key, record.Value ?? default, cancellationToken);
            case ShuffleActions.GetRecord:
                var wanted = Record(action);
                caller.RequireGet(wanted.Run, wanted.Key);
                return await records.GetAsync(wanted.Run, wanted.Key, cancellationToken);
            case ShuffleActions.DeleteRun:
                await records.DeleteRunAsync(Told(action, caller, peer), cancellationToken);
                return null;
            case ShuffleActions.CollectRun:
                await engine.Orphans.CollectAsync(Told(action, caller, peer), cancellationToken);
                return null;
            case ShuffleActions.VerifyRun:
                var report = await records.VerifyAsync(Told(action, caller, peer), cancellationToken);
                return JsonSerializer.SerializeToUtf8Bytes(report, ShuffleJson.Default.VerifyReport);
            case ShuffleActions.RunStatistics:
                var statistics = await records.GetStatisticsAsync(OperatorsRun(action, caller), cancellationToken);
                return JsonSerializer.SerializeToUtf8Bytes(statistics, ShuffleJson.Default.RunStatistics);
            case ShuffleActions.RunUsage:
                var usage = await records.GetUsageAsync(OperatorsRun(action, caller), cancellationToken);
                return JsonSerializer.SerializeToUtf8Bytes(usage, ShuffleJson.Default.RunUsage);
            case ShuffleActions.RecordUsage:
                await engine.Usage.WriteAsync(OperatorsRun(action, caller), cancellationToken);
                return null;
            case ShuffleActions.RenewTicket:
                var command = tickets.Open(action.Body.Span, evenIfExpired: true);
                caller.RequireRun(command.Selection.Seal.Run, "renewing tickets");
                return tickets.Sign(command, tickets.Expiry());
            default:
                throw new ShuffleException(ShuffleError.Invalid, $"there is no action '{action.Type}'; list-actions names all");
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ListRecordsAsync(
        FlightAction action, Caller caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var command = Record(action);
        caller.RequireOperator("listing records");
        var page = new List<string>();
        await foreach (var key in records.ListAsync(command.Run, command.Key, cancellationToken))
        {
            page.Add(key);
            if (page.Count == KeysPerResult)
            {
                yield return Join(page);
                page.Clear();
            }
        }

        if (page.Count > 0)
        {
            yield return Join(page);
        }
    }

    private static RecordCommand Record(FlightAction action) => ShuffleJson.Read(action.Body.Span, ShuffleJson.Default.RecordCommand);

    private static string OperatorsRun(FlightAction action, Caller caller)
    {
        caller.RequireOperator(action.Type);
        return ShuffleJson.Read(action.Body.Span, ShuffleJson.Default.RunCommand).Run;
    }

    /// <summary>The run of an action that the audit log tells of.</summary>
    private string Told(FlightAction action, Caller caller, IPEndPoint? peer)
    {
        var run = OperatorsRun(action, caller);
        audit.Accepted(peer, action.Type, run);
        return run;
    }

    private static byte[] Join(List<string> keys) => Encoding.UTF8.GetBytes(string.Join('\n', keys));
}
