using Microsoft.Extensions.Logging;

namespace Executor.Grpc.AspNetCore.Calls;

/// <summary>What calls log.</summary>
internal static partial class CallLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} failed with an unexpected exception; the client is told INTERNAL")]
    public static partial void Failed(ILogger logger, Exception exception, string method);

    [LoggerMessage(2, LogLevel.Debug, "{Method} ended with {StatusCode}: {Detail}")]
    public static partial void Ended(ILogger logger, string method, StatusCode statusCode, string detail);
}
