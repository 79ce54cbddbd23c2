using System.Globalization;
using Executor.Grpc;
using Executor.Shuffle.Engine.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>Counts the calls that have ended, whoever ended them.</summary>
internal sealed class CallMeter(StoreInstruments instruments)
{
    private const string StatusHeader = "grpc-status";
    private const string Unknown = "unknown";

    private static readonly HashSet<string> Methods = new(StringComparer.Ordinal)
    {
        "Handshake", "ListFlights", "GetFlightInfo", "PollFlightInfo", "GetSchema", "DoGet", "DoPut", "DoExchange", "DoAction", "ListActions",
    };

    private static readonly HashSet<string> Actions = new(FlightActions.All.Select(action => action.Type), StringComparer.Ordinal);

    private static readonly object ActionKey = new();

    /// <summary>Says which action a call of <c>DoAction</c> is.</summary>
    internal static void Name(HttpContext context, string action) => context.Items[ActionKey] = action;

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

    /// <summary>The status that a call has ended with; null if it was no gRPC call, or ended without.</summary>
    internal static StatusCode? StatusOf(HttpContext context)
    {
        var text = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[StatusHeader].ToString() is { Length: > 0 } trailer
            ? trailer
            : context.Response.Headers[StatusHeader].ToString();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? (StatusCode)code : null;
    }

    /// <summary>Lets the call happen and counts it.</summary>
    internal async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            instruments.CallEnded(NameOf(context), (StatusOf(context) ?? StatusCode.Cancelled).ToString());
        }
    }
}
