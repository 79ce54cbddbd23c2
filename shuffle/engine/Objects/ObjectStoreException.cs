namespace Executor.Shuffle.Engine.Objects;

/// <summary>An operation of an object store that did not succeed, or of which nobody knows whether it did.</summary>
/// <param name="error">What kind of failure it is; callers decide by this alone.</param>
/// <param name="message">One sentence for people.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class ObjectStoreException(ObjectStoreError error, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What kind of failure it is.</summary>
    public ObjectStoreError Error { get; } = error;
}

/// <summary>The kinds of failure of an object store.</summary>
public enum ObjectStoreError
{
    /// <summary>Out of reach or too busy for now.</summary>
    Unavailable,

    /// <summary>No space or quota is left.</summary>
    Full,

    /// <summary>The key breaks the rules for keys.</summary>
    InvalidKey,

    /// <summary>Access is refused.</summary>
    Denied,

    /// <summary>Anything else, a failing disk for one.</summary>
    Failed,
}
