namespace Executor.Contracts.Identity;

/// <summary>Neighbouring instances of one task.</summary>
/// <param name="From">The first of them.</param>
/// <param name="To">The first behind them.</param>
public readonly record struct InstanceRange(int From, int To)
{
    /// <summary>True if the instance with this index is one of them.</summary>
    public bool Contains(int index) => index >= From && index < To;

    /// <inheritdoc/>
    public override string ToString() => $"{From} to {To - 1}";
}
