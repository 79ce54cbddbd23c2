namespace Executor.Shuffle.Engine.Ingest;

/// <summary>What made a window be cut, as metrics name it.</summary>
internal static class CutReason
{
    /// <summary>It was full.</summary>
    internal const string Full = "full";

    /// <summary>Every open stream waited, so that nothing more would have come.</summary>
    internal const string Awaited = "awaited";

    /// <summary>One stream had waited for the linger time.</summary>
    internal const string Linger = "linger";

    /// <summary>It had become as old as a window may become.</summary>
    internal const string Age = "age";

    /// <summary>Others waited for memory.</summary>
    internal const string Memory = "memory";

    /// <summary>The store or the run was being closed.</summary>
    internal const string Closing = "closing";
}
