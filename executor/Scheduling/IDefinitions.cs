using Executor.Planning;

namespace Executor.Scheduling;

/// <summary>Tells whether two launches of an instance would run the same thing. A pure function of its arguments.</summary>
internal interface IDefinitions
{
    /// <summary>A non-zero tag of the instance's definition: equal definitions have equal tags, others differ but for chance of 2^-64.</summary>
    /// <param name="task">The task's ordinal.</param>
    /// <param name="index">The instance.</param>
    /// <param name="sealGenerations">The generation of the seal that each input reads, in declared order.</param>
    /// <param name="slice">What the instance reads of a partition, where the task's partitions are split.</param>
    ulong TagOf(int task, int index, ReadOnlySpan<int> sealGenerations, InstanceSlice? slice);
}
