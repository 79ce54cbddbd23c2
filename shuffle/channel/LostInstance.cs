using Executor.Contracts.Identity;

namespace Executor.Shuffle.Channel;

/// <summary>An instance whose committed data is missing or damaged, as <see cref="ShuffleException.Lost"/> names it.</summary>
/// <param name="Instance">Whose data it is.</param>
/// <param name="Generation">The generation of the commit that is affected.</param>
public readonly record struct LostInstance(InstanceId Instance, int Generation)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Instance} generation {Generation}";
}
