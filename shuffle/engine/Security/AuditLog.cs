using System.Net;
using Executor.Contracts.Identity;
using Executor.Shuffle.Engine.Metrics;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Security;

/// <summary>
/// Tells of every call that is refused, and of what operators do, in one line each; keys, tickets and signatures never are in it. Of each peer and reason
/// at most <see cref="LinesPerPeriod"/> lines are written between two calls of <see cref="TellLeftOut"/>, which says how many were left out. All are
/// counted in metrics. Thread-safe.
/// </summary>
internal sealed partial class AuditLog(ILogger logger, StoreInstruments instruments)
{
    /// <summary>The category of its lines.</summary>
    public const string Category = "Executor.Shuffle.Audit";

    /// <summary>The lines about one peer and one reason before the others are only counted.</summary>
    public const int LinesPerPeriod = 10;

    /// <summary>The peers and reasons that are told apart; all others share one count each.</summary>
    private const int MaxEntries = 1000;

    private const int MaxDetail = 200;

    /// <summary>Nothing that people write is as long as this without a break; keys, tickets and signatures are.</summary>
    private const int MinOpaque = 24;

    private readonly Lock _lock = new();
    private readonly Dictionary<(IPAddress? Peer, RefusalReason Reason), int> _seen = [];

    /// <summary>Notes a call that was refused.</summary>
    /// <param name="peer">Who called.</param>
    /// <param name="call">The name of the call or action.</param>
    /// <param name="run">The run that it is about; null if none is known.</param>
    /// <param name="reason">Why.</param>
    /// <param name="detail">A sentence; what could be a secret in it is left out.</param>
    public void Refused(IPEndPoint? peer, string call, string? run, RefusalReason reason, string detail)
    {
        instruments.CallRejected(reason.Label());
        if (IsToBeTold(peer?.Address, reason))
        {
            RefusedCall(logger, peer, call, Names.IsValid(run) ? run! : "-", reason.Label(), Clean(detail));
        }
    }

    /// <summary>Notes that an operator's action was accepted and begins.</summary>
    public void Accepted(IPEndPoint? peer, string action, string? run) => OperatorAction(logger, peer, action, Names.IsValid(run) ? run! : "-");

    /// <summary>Says what was left out since the last time, and begins anew.</summary>
    public void TellLeftOut()
    {
        KeyValuePair<(IPAddress? Peer, RefusalReason Reason), int>[] seen;
        lock (_lock)
        {
            seen = [.. _seen];
            _seen.Clear();
        }

        foreach (var ((peer, reason), count) in seen)
        {
            if (count > LinesPerPeriod)
            {
                LeftOut(logger, count - LinesPerPeriod, peer?.ToString() ?? "other peers", reason.Label());
            }
        }
    }

    private bool IsToBeTold(IPAddress? peer, RefusalReason reason)
    {
        lock (_lock)
        {
            var key = (peer, reason);
            if (!_seen.TryGetValue(key, out var count) && _seen.Count >= MaxEntries)
            {
                key = (null, reason);
                count = _seen.GetValueOrDefault(key);
            }

            _seen[key] = count + 1;
            return count < LinesPerPeriod;
        }
    }

    /// <summary>One line of plain text, without what could be a secret.</summary>
    private static string Clean(string detail)
    {
        var text = new System.Text.StringBuilder();
        var opaque = 0;
        foreach (var c in detail.Length > MaxDetail ? detail.AsSpan(0, MaxDetail) : detail)
        {
            opaque = char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=' or '_' ? opaque + 1 : 0;
            if (opaque < MinOpaque)
            {
                text.Append(char.IsControl(c) ? ' ' : c);
            }
            else if (opaque == MinOpaque)
            {
                text.Remove(text.Length - MinOpaque + 1, MinOpaque - 1).Append("[...]");
            }
        }

        return text.ToString();
    }

    [LoggerMessage(EventId = 1001, EventName = "CallRefused", Level = LogLevel.Warning, Message = "refused: peer {Peer}, call {Call}, run {Run}, reason {Reason}: {Detail}")]
    private static partial void RefusedCall(ILogger logger, IPEndPoint? peer, string call, string run, string reason, string detail);

    [LoggerMessage(EventId = 1002, EventName = "RefusalsLeftOut", Level = LogLevel.Warning, Message = "{Count} more calls were refused: peer {Peer}, reason {Reason}")]
    private static partial void LeftOut(ILogger logger, int count, string peer, string reason);

    [LoggerMessage(EventId = 1003, EventName = "OperatorAction", Level = LogLevel.Information, Message = "operator: peer {Peer}, action {Action}, run {Run}")]
    private static partial void OperatorAction(ILogger logger, IPEndPoint? peer, string action, string run);
}
