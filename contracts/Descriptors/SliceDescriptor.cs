namespace Executor.Contracts.Descriptors;

/// <summary>Which slice of which partition an instance of a task with <c>fanOut.splitAbove</c> reads.</summary>
/// <param name="Partition">The partition, from zero.</param>
/// <param name="Slice">The slice of it, from zero.</param>
/// <param name="Slices">How many slices the partition has; 1 if it is read whole.</param>
public sealed record SliceDescriptor(int Partition, int Slice, int Slices);
