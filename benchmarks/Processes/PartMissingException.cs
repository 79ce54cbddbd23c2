namespace Executor.Benchmarks.Processes;

/// <summary>A program that a benchmark needs is not there.</summary>
/// <param name="message">Which, and how to get it.</param>
internal sealed class PartMissingException(string message) : Exception(message);
