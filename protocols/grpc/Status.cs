namespace Executor.Grpc;

/// <summary>How a call ended: a code, and for errors a text for people.</summary>
/// <param name="StatusCode">The code.</param>
/// <param name="Detail">The text sent as <c>grpc-message</c>; it reaches the other side, so it never holds a secret.</param>
/// <param name="DebugException">What caused the status on this side; never sent.</param>
public readonly record struct Status(StatusCode StatusCode, string Detail, Exception? DebugException = null)
{
    /// <summary>Success, without a text.</summary>
    public static Status DefaultSuccess { get; } = new(StatusCode.OK, "");

    /// <summary>Cancelled, without a text.</summary>
    public static Status DefaultCancelled { get; } = new(StatusCode.Cancelled, "");

    /// <summary>The code's name and the text.</summary>
    public override string ToString() => string.IsNullOrEmpty(Detail) ? StatusCode.ToString() : $"{StatusCode}: {Detail}";
}
