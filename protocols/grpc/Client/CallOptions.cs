namespace Executor.Grpc.Client;

/// <summary>What a caller may say about one call.</summary>
/// <param name="Headers">Request headers; null for none. The call reads them before it returns.</param>
/// <param name="Deadline">When the call fails with <see cref="StatusCode.DeadlineExceeded"/>, in UTC; null for never.</param>
/// <param name="CancellationToken">Ends the call with <see cref="StatusCode.Cancelled"/>, also while its streams are read or written.</param>
public readonly record struct CallOptions(Metadata? Headers = null, DateTime? Deadline = null, CancellationToken CancellationToken = default);
