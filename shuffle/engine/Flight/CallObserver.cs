using System.Globalization;
using System.Net;
using Executor.Grpc;
using Executor.Shuffle.Engine.Metrics;
using Executor.Shuffle.Engine.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>
/// Sees every call from outside: counts those that have ended, whoever ended them, and has those in the audit log that were refused before they came to the
/// service.
/// </summary>
internal sealed class CallObserver(StoreInstruments instruments, AuditLog audit)
{
    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";
    private const string Unknown = "unknown";

    private static readonly HashSet<string> Methods = new(StringComparer.Ordinal)
    {
        "Handshake", "ListFlights", "GetFlightInfo", "PollFlightInfo", "GetSchema", "DoGet", "DoPut", "DoExchange", "DoAction", "ListActions",
    };

    private static readonly HashSet<string> Actions = new(FlightActions.All.Select(action => action.Type), StringComparer.Ordinal);

    private static readonly object ActionKey = new();
    private static readonly object JudgedKey = new();

    /// <summary>Says which action a call of <c>DoAction</c> is.</summary>
    internal static void Name(HttpContext context, string action) => context.Items[ActionKey] = action;

    /// <summary>Says that the service has failed the call itself, and has told the audit log if that was to be told.</summary>
    internal static void Judged(HttpContext context) => context.Items[JudgedKey] = true;

    /// <summary>The name of a call: that of the method or of the action, of a fixed set.</summary>
    internal static string NameOf(HttpContext context)
    {
        if (context.Items.TryGetValue(ActionKey, out var action))
        {
            return Actions.TryGetValue((string)action!, out var known) ? known : Unknown;
        }

        var path = context.Request.Path.Value ?? "";
        return Methods.TryGetValue(path[(path.LastIndexOf('/') + 1)..], out var method) ? method : Unknown;
    }

    /// <summary>Who calls.</summary>
    internal static IPEndPoint? PeerOf(HttpContext context) => context.Connection.RemoteIpAddress is { } address
        ? new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, context.Connection.RemotePort)
        : null;

    /// <summary>Lets the call happen, then looks at how it has ended.</summary>
    internal async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            var status = StatusOf(context);
            instruments.CallEnded(NameOf(context), (status ?? StatusCode.Cancelled).ToString());
            if (!context.Items.ContainsKey(JudgedKey) && ReasonOf(context, status) is { } reason)
            {
                audit.Refused(PeerOf(context), NameOf(context), null, reason, DetailOf(context));
            }
        }
    }

    private static RefusalReason? ReasonOf(HttpContext context, StatusCode? status) => status switch
    {
        StatusCode.Unauthenticated => RefusalReason.WrongKey,
        StatusCode.InvalidArgument or StatusCode.Unimplemented => RefusalReason.Malformed,
        StatusCode.ResourceExhausted => RefusalReason.OverLimit,
        null when context.Response.StatusCode is >= 400 and < 500 => RefusalReason.Malformed,
        _ => null,
    };

    /// <summary>The status that a call has ended with; null if it was no gRPC call, or ended without.</summary>
    private static StatusCode? StatusOf(HttpContext context) =>
        int.TryParse(Find(context, StatusHeader), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? (StatusCode)code : null;

    private static string DetailOf(HttpContext context) => Find(context, MessageHeader) is { Length: > 0 } message
        ? Uri.UnescapeDataString(message)
        : string.Create(CultureInfo.InvariantCulture, $"answered with HTTP {context.Response.StatusCode}");

    /// <summary>Where gRPC has it: in the trailers, or in the headers of an answer without messages.</summary>
    private static string Find(HttpContext context, string name) =>
        context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[name].ToString() is { Length: > 0 } trailer
            ? trailer
            : context.Response.Headers[name].ToString();
}
