namespace Executor.Shuffle.Engine.Security;

/// <summary>Why a call is refused, as the log and metrics name it. Names are part of what operators rely on.</summary>
internal enum RefusalReason
{
    /// <summary>It showed no key, and no ticket that would do without one.</summary>
    NoKey,

    /// <summary>Its key is nobody's, or its header cannot be understood.</summary>
    WrongKey,

    /// <summary>Its key is that of another run.</summary>
    OtherRun,

    /// <summary>Its key opens less than was asked for: a run's key where the operator's is needed.</summary>
    WrongScope,

    /// <summary>Its ticket was not signed by this store, or was changed.</summary>
    WrongTicket,

    /// <summary>Its ticket has expired.</summary>
    ExpiredTicket,

    /// <summary>What it sent breaks the protocol.</summary>
    Malformed,

    /// <summary>It goes beyond a limit.</summary>
    OverLimit,
}

/// <summary>The words for reasons.</summary>
internal static class RefusalReasons
{
    /// <summary>As a label's value: lower case, words joined by underscores.</summary>
    internal static string Label(this RefusalReason reason) => reason switch
    {
        RefusalReason.NoKey => "no_key",
        RefusalReason.WrongKey => "wrong_key",
        RefusalReason.OtherRun => "other_run",
        RefusalReason.WrongScope => "wrong_scope",
        RefusalReason.WrongTicket => "wrong_ticket",
        RefusalReason.ExpiredTicket => "expired_ticket",
        RefusalReason.OverLimit => "over_limit",
        _ => "malformed",
    };
}
