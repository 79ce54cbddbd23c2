namespace Executor.Shuffle.Engine.Segments;

/// <summary>An object is not a whole segment.</summary>
/// <param name="message">What was found.</param>
public sealed class SegmentFormatException(string message) : Exception(message);
