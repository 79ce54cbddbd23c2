using System.Globalization;
using Executor.Contracts.Identity;
using Executor.Grpc;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>
/// Failures on the wire: a gRPC status, and in its trailers <c>executor-error</c> (the <see cref="ShuffleError"/>), <c>executor-lost</c>
/// (<c>task/index.generation</c>, joined by commas; as many as fit 4 KiB) and <c>retry-after-ms</c>.
/// </summary>
public static class ShuffleStatus
{
    private const string ErrorKey = "executor-error";
    private const string LostKey = "executor-lost";
    private const string RetryAfterKey = "retry-after-ms";
    private const int MaxLostBytes = 4096;
    private const int MaxMessageLength = 4096;

    /// <summary>A failure as a server sends it.</summary>
    public static RpcException ToWire(ShuffleException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        var trailers = new Metadata { { ErrorKey, failure.Error.ToString() } };
        var lost = string.Join(',', Fitting(failure.Lost));
        if (lost.Length > 0)
        {
            trailers.Add(LostKey, lost);
        }

        if (failure.RetryAfter is { } delay)
        {
            trailers.Add(RetryAfterKey, ((long)delay.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        }

        var message = failure.Message.Length <= MaxMessageLength ? failure.Message : failure.Message[..MaxMessageLength];
        return new RpcException(new Status(CodeOf(failure.Error), message), trailers);
    }

    /// <summary>A failure as a client received it.</summary>
    public static ShuffleException FromWire(RpcException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        var error = Enum.TryParse<ShuffleError>(failure.Trailers.GetValue(ErrorKey), out var named) ? named : ErrorOf(failure.StatusCode);
        return new ShuffleException(error, failure.Status.Detail is { Length: > 0 } detail ? detail : failure.StatusCode.ToString(), failure)
        {
            Lost = Parse(failure.Trailers.GetValue(LostKey)),
            RetryAfter = long.TryParse(failure.Trailers.GetValue(RetryAfterKey), NumberStyles.None, CultureInfo.InvariantCulture, out var delay)
                ? TimeSpan.FromMilliseconds(Math.Min(delay, int.MaxValue))
                : null,
        };
    }

    /// <summary>True if trying again, perhaps elsewhere, may help: the connection broke, or the store is busy or going away.</summary>
    public static bool IsTransient(RpcException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return Enum.TryParse<ShuffleError>(failure.Trailers.GetValue(ErrorKey), out var named)
            ? named is ShuffleError.Unavailable or ShuffleError.ResourceExhausted
            : failure.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Cancelled or StatusCode.Aborted
                or StatusCode.DeadlineExceeded or StatusCode.Internal or StatusCode.Unknown;
    }

    private static StatusCode CodeOf(ShuffleError error) => error switch
    {
        ShuffleError.Unavailable => StatusCode.Unavailable,
        ShuffleError.ResourceExhausted => StatusCode.ResourceExhausted,
        ShuffleError.DataLoss => StatusCode.DataLoss,
        ShuffleError.Denied => StatusCode.PermissionDenied,
        ShuffleError.NotFound => StatusCode.NotFound,
        ShuffleError.Invalid => StatusCode.InvalidArgument,
        ShuffleError.SchemaMismatch => StatusCode.FailedPrecondition,
        _ => StatusCode.Internal,
    };

    private static ShuffleError ErrorOf(StatusCode code) => code switch
    {
        StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.Aborted or StatusCode.DeadlineExceeded => ShuffleError.Unavailable,
        StatusCode.ResourceExhausted => ShuffleError.ResourceExhausted,
        StatusCode.DataLoss => ShuffleError.DataLoss,
        StatusCode.Unauthenticated or StatusCode.PermissionDenied => ShuffleError.Denied,
        StatusCode.NotFound => ShuffleError.NotFound,
        StatusCode.InvalidArgument or StatusCode.OutOfRange => ShuffleError.Invalid,
        StatusCode.FailedPrecondition => ShuffleError.SchemaMismatch,
        _ => ShuffleError.Internal,
    };

    private static IEnumerable<string> Fitting(IReadOnlyList<LostInstance> lost)
    {
        var length = 0;
        foreach (var item in lost)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{item.Instance.Task}/{item.Instance.Index}.{item.Generation}");
            length += text.Length + 1;
            if (length > MaxLostBytes)
            {
                yield break;
            }

            yield return text;
        }
    }

    private static List<LostInstance> Parse(string? text)
    {
        var lost = new List<LostInstance>();
        foreach (var item in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = item.Split('/', '.');
            if (parts.Length == 3 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var generation))
            {
                lost.Add(new LostInstance(new InstanceId(parts[0], index), generation));
            }
        }

        return lost;
    }
}
