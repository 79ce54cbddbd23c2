using Executor.Shuffle.Channel;

namespace Executor.Shuffle.Engine.Security;

/// <summary>A call that is not allowed, with what the log says of it.</summary>
/// <param name="reason">Why.</param>
/// <param name="run">The run that it is about, as the caller named it; null if none is known.</param>
/// <param name="message">One sentence for the caller.</param>
internal sealed class RefusedException(RefusalReason reason, string? run, string message) : ShuffleException(ShuffleError.Denied, message)
{
    internal RefusalReason Reason => reason;

    internal string? Run => run;
}
