using System.Text;
using Executor.Contracts.Identity;
using Executor.Flight;
using Executor.Flight.AspNetCore;
using Executor.Grpc;
using Executor.Grpc.AspNetCore;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;
using Executor.Shuffle.Engine.Security;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>The store as an Arrow Flight service: authenticates, authorises, and translates failures; the work is done elsewhere.</summary>
/// <param name="engine">The store.</param>
/// <param name="keys">Who may call.</param>
/// <param name="tickets">What may be read without a key.</param>
/// <param name="audit">Is told of refused calls and of what operators do.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where refusals and failures are told of.</param>
/// <param name="draining">Cancelled when the store is being shut down: ends readers' streams so that they go on elsewhere.</param>
internal sealed partial class ShuffleFlightServer(
    ShuffleEngine engine,
    KeyRing keys,
    TicketSigner tickets,
    AuditLog audit,
    TimeProvider timeProvider,
    ILogger logger,
    CancellationToken draining) : FlightServer
{
    private const string CallerKey = "executor.caller";
    private const int MaxDescriptorBytes = 64 << 10;

    private readonly FlightCatalog _catalog = new(engine, tickets);
    private readonly FlightActions _actions = new(engine, new InProcessRunRecords(engine), tickets, audit);

    /// <summary>Finds out who calls. A caller without a key may go on, to show a ticket; one with a wrong key may not.</summary>
    internal ValueTask AuthenticateAsync(string? token, ServerCallContext context)
    {
        var caller = token is null ? Caller.Anonymous : keys.Identify(token);
        if (caller is null)
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "the key is nobody's in this store"));
        }

        context.UserState[CallerKey] = caller;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task DoPut(FlightDataReader requestStream, IServerStreamWriter<FlightPutResult> responseStream, ServerCallContext context) =>
        RunAsync(context, async () =>
        {
            if (!await requestStream.MoveNext(context.CancellationToken))
            {
                throw new ShuffleException(ShuffleError.Invalid, "a put begins with a schema");
            }

            var first = requestStream.Current;
            if (first.Descriptor is not { Type: FlightDescriptorType.Command, Command.Length: <= MaxDescriptorBytes } descriptor)
            {
                throw new ShuffleException(ShuffleError.Invalid, "a put is described by a command: the JSON of {writer, taskDefinition, output, partitionCount}");
            }

            var target = ShuffleJson.Read(descriptor.Command.Span, ShuffleJson.Default.WriteTarget);
            CallerOf(context).RequireRun(target.Writer.Attempt.Run, "writing blocks");
            if (first.DataHeader.Length > ShuffleLimits.MaxSchemaBytes)
            {
                throw new ShuffleException(ShuffleError.Invalid, $"a schema of {first.DataHeader.Length} bytes, at most {ShuffleLimits.MaxSchemaBytes} are allowed");
            }

            var schema = System.Buffers.BuffersExtensions.ToArray(BlockMessages.Encapsulate(first.DataHeader, first.DataBody));
            using var session = await engine.OpenAsync(target, schema, context.CancellationToken);
            await new PutCall(session, requestStream, responseStream).RunAsync(context.CancellationToken);
        });

    /// <inheritdoc/>
    public override Task DoGet(FlightTicket ticket, FlightDataWriter responseStream, ServerCallContext context) => RunAsync(context, async () =>
    {
        ReadCommand command;
        if (TicketSigner.IsSigned(ticket.Ticket.Span))
        {
            command = tickets.Open(ticket.Ticket.Span);
        }
        else
        {
            command = ShuffleJson.Read(ticket.Ticket.Span, ShuffleJson.Default.ReadCommand);
            CallerOf(context).RequireRun(command.Selection.Seal.Run, "reading without a signed ticket");
        }

        await new GetCall(engine, responseStream, timeProvider, draining).RunAsync(command, context.CancellationToken);
    });

    /// <inheritdoc/>
    public override async Task<FlightInfo> GetFlightInfo(FlightDescriptor request, ServerCallContext context)
    {
        FlightInfo? info = null;
        await RunAsync(context, async () =>
        {
            CallerOf(context).RequireRun(FlightCatalog.RunOf(request), "describing outputs");
            info = await _catalog.DescribeAsync(request, context.CancellationToken);
        });
        return info!;
    }

    /// <inheritdoc/>
    public override async Task<PollInfo> PollFlightInfo(FlightDescriptor request, ServerCallContext context)
    {
        try
        {
            return new PollInfo(await GetFlightInfo(request, context), null) { Progress = 1 };
        }
        catch (RpcException failure) when (failure.StatusCode == StatusCode.NotFound)
        {
            return new PollInfo(null, request) { Progress = 0 };
        }
    }

    /// <inheritdoc/>
    public override async Task<SchemaResult> GetSchema(FlightDescriptor request, ServerCallContext context)
    {
        ReadOnlyMemory<byte> schema = default;
        await RunAsync(context, async () =>
        {
            CallerOf(context).RequireRun(FlightCatalog.RunOf(request), "describing outputs");
            schema = await _catalog.SchemaAsync(request, context.CancellationToken);
        });
        return new SchemaResult(schema);
    }

    /// <inheritdoc/>
    public override Task ListFlights(FlightCriteria request, IServerStreamWriter<FlightInfo> responseStream, ServerCallContext context) =>
        RunAsync(context, async () =>
        {
            var caller = CallerOf(context);
            var wanted = request.Expression.IsEmpty ? caller.Run : Encoding.UTF8.GetString(request.Expression.Span);
            if (wanted is null)
            {
                caller.RequireOperator("listing the outputs of all runs");
            }
            else
            {
                caller.RequireRun(wanted, "listing outputs");
            }

            await foreach (var run in RunsAsync(wanted, context.CancellationToken))
            {
                await foreach (var info in _catalog.ListAsync(run, context.CancellationToken))
                {
                    await responseStream.WriteAsync(info, context.CancellationToken);
                }
            }
        });

    /// <inheritdoc/>
    public override Task DoAction(FlightAction request, IServerStreamWriter<FlightResult> responseStream, ServerCallContext context) =>
        RunAsync(context, async () =>
        {
            CallObserver.Name(context.GetHttpContext(), request.Type);
            var peer = CallObserver.PeerOf(context.GetHttpContext());
            await foreach (var result in _actions.RunAsync(request, CallerOf(context), peer, context.CancellationToken))
            {
                await responseStream.WriteAsync(new FlightResult(result), context.CancellationToken);
            }
        });

    /// <inheritdoc/>
    public override async Task ListActions(IServerStreamWriter<FlightActionType> responseStream, ServerCallContext context)
    {
        foreach (var action in FlightActions.All)
        {
            await responseStream.WriteAsync(action, context.CancellationToken);
        }
    }

    private async IAsyncEnumerable<string> RunsAsync(
        string? only, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (only is not null)
        {
            yield return only;
            yield break;
        }

        await foreach (var entry in engine.Markers.ListAsync(cancellationToken))
        {
            if (Names.IsValid(entry.Run))
            {
                yield return entry.Run;
            }
        }
    }

    /// <summary>The run whose key an authenticated call has shown; null for others, and for a handshake, which is to show one yet.</summary>
    internal static string? RunOf(ServerCallContext context) =>
        context.UserState.TryGetValue(CallerKey, out var caller) ? ((Caller)caller).Run : null;

    private static Caller CallerOf(ServerCallContext context) => (Caller)context.UserState[CallerKey];

    private async Task RunAsync(ServerCallContext context, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (ShuffleException failure)
        {
            Judge(context, failure);
            throw ShuffleStatus.ToWire(failure);
        }
        catch (ObjectStoreException failure)
        {
            CallObserver.Judged(context.GetHttpContext());
            StoreFailed(logger, context.Method, failure.Message);
            throw ShuffleStatus.ToWire(StoreFailure.From(failure));
        }
    }

    private void Judge(ServerCallContext context, ShuffleException failure)
    {
        var http = context.GetHttpContext();
        CallObserver.Judged(http);
        RefusalReason? reason = failure switch
        {
            RefusedException refused => refused.Reason,
            { Error: ShuffleError.Invalid } => RefusalReason.Malformed,
            // A full object store is nobody's fault who calls.
            { Error: ShuffleError.ResourceExhausted } when failure.GetBaseException() is not ObjectStoreException => RefusalReason.OverLimit,
            _ => null,
        };
        if (reason is { } known)
        {
            var run = (failure as RefusedException)?.Run ?? CallerOf(context).Run;
            audit.Refused(CallObserver.PeerOf(http), CallObserver.NameOf(http), run, known, failure.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method}: the object store failed: {Reason}")]
    private static partial void StoreFailed(ILogger logger, string method, string reason);
}
