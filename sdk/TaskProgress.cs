namespace Executor.Sdk;

/// <summary>How far an instance is.</summary>
/// <param name="Fraction">From 0, nothing, to 1, done.</param>
/// <param name="Message">What is being done; null where nothing was said.</param>
public readonly record struct TaskProgress(double Fraction, string? Message);
