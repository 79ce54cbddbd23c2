namespace Executor.Shuffle.Engine.Hosting;

/// <summary>How far a store is. Thread-safe.</summary>
internal sealed class StoreHealth
{
    private volatile string _state = "starting";

    /// <summary>One word: starting (the object store is being tried), ready, or draining.</summary>
    internal string State => _state;

    /// <summary>True while the store takes work.</summary>
    internal bool IsReady { get; private set; }

    /// <summary>Notes that the store serves.</summary>
    internal void Ready() => (IsReady, _state) = (true, "ready");

    /// <summary>Notes that the store writes out what it holds and takes nothing new.</summary>
    internal void Draining() => (IsReady, _state) = (false, "draining");
}
