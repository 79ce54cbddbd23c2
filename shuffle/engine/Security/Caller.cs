using Executor.Contracts.Records;

namespace Executor.Shuffle.Engine.Security;

/// <summary>Who calls, and what that opens (docs/protocol.md, "Records"). Immutable.</summary>
internal sealed class Caller
{
    private readonly bool _isOperator;
    private readonly string? _run;

    private Caller(bool isOperator, string? run) => (_isOperator, _run) = (isOperator, run);

    /// <summary>Holds the operator's key: may do everything.</summary>
    internal static Caller Operator { get; } = new(true, null);

    /// <summary>Holds no key: may only show tickets that the store has signed.</summary>
    internal static Caller Anonymous { get; } = new(false, null);

    /// <summary>The run whose key is held; null for others.</summary>
    internal string? Run => _run;

    internal bool IsOperator => _isOperator;

    /// <summary>Holds a run's key: may write blocks, commit and read in that run.</summary>
    internal static Caller TaskOf(string run) => new(false, run);

    internal void RequireOperator(string what)
    {
        if (!_isOperator)
        {
            throw Denied(RefusalReason.WrongScope, null, what);
        }
    }

    internal void RequireRun(string run, string what)
    {
        if (!_isOperator && (_run is null || _run != run))
        {
            throw Denied(RefusalReason.OtherRun, run, $"{what} of run {run}");
        }
    }

    internal void RequireCreate(string run, string key)
    {
        RequireRun(run, "creating records");
        if (!_isOperator && !key.StartsWith(RecordKeys.Logs, StringComparison.Ordinal))
        {
            throw Denied(RefusalReason.WrongScope, run, $"creating record {key}");
        }
    }

    internal void RequireGet(string run, string key)
    {
        RequireRun(run, "reading records");
        if (!_isOperator && !key.StartsWith(RecordKeys.Blobs, StringComparison.Ordinal) && !key.StartsWith(RecordKeys.Seals, StringComparison.Ordinal))
        {
            throw Denied(RefusalReason.WrongScope, run, $"reading record {key}");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _isOperator ? "the operator" : _run is null ? "a caller without a key" : $"the holder of run {_run}'s key";

    private RefusedException Denied(RefusalReason reason, string? run, string what) =>
        new(_run is null && !_isOperator ? RefusalReason.NoKey : reason, run ?? _run, $"{this} is not allowed: {what}");
}
