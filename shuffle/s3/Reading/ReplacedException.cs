namespace Executor.Shuffle.S3.Reading;

/// <summary>Another object has taken the place of the one that is being read in several requests: all of it must be read anew.</summary>
internal sealed class ReplacedException : Exception;
