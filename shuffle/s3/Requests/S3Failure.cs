using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using Executor.Shuffle.Engine.Objects;
using Polly.Timeout;

namespace Executor.Shuffle.S3.Requests;

/// <summary>What a request's failure means: whether to try again, and how to say it.</summary>
internal static class S3Failure
{
    // Whatever the status is that they come with; the answer to the completion of an upload is a 200 with one of them in its body.
    private static readonly HashSet<string> TransientCodes = new(StringComparer.Ordinal)
    {
        "SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "Throttling", "ThrottlingException", "TooManyRequests",
        // What arrived is not what was signed: it was damaged on the way.
        "XAmzContentSHA256Mismatch", "BadDigest",
    };

    private static readonly HashSet<string> FullCodes = new(StringComparer.Ordinal)
    {
        "QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded",
    };

    /// <summary>What the network, the server and the SDK throw, in contrast to errors of this program.</summary>
    internal static bool IsExpected(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException || IsOfNetwork(exception);

    /// <summary>True for what may go better next time.</summary>
    internal static bool IsTransient(Exception exception) => exception switch
    {
        // A proxy's page in place of XML, or XML that was cut short.
        AmazonUnmarshallingException => true,
        AmazonServiceException service when IsFull(service) => false,
        AmazonServiceException service => IsTransient(service),
        _ => IsOfNetwork(exception) && !IsUntrusted(exception),
    };

    /// <summary>The failure as callers know it.</summary>
    /// <param name="what">What was being done, to which object, where.</param>
    /// <param name="exception">What the last try ended with.</param>
    internal static ObjectStoreException Translate(string what, Exception exception) => new(Classify(exception), $"{what}: {Describe(exception).ReplaceLineEndings(" ")}", exception);

    /// <summary>The SDK tells a lost or unmade connection by whatever was innermost. The caller's own cancellation never comes here.</summary>
    private static bool IsOfNetwork(Exception exception) => exception
        is HttpRequestException or IOException or SocketException or TimeoutException or ObjectDisposedException or TimeoutRejectedException or OperationCanceledException;

    private static bool IsTransient(AmazonServiceException exception) =>
        TransientCodes.Contains(exception.ErrorCode ?? "")
        // A conflict is another request to the same key that is under way: ConditionalRequestConflict, OperationAborted.
        || exception.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict
        || (exception.StatusCode >= HttpStatusCode.InternalServerError && exception.StatusCode != HttpStatusCode.NotImplemented)
        || (exception.StatusCode == 0 && exception.InnerException is { } cause && IsTransient(cause));

    private static ObjectStoreError Classify(Exception exception) => exception switch
    {
        AmazonServiceException service when IsFull(service) => ObjectStoreError.Full,
        _ when IsTransient(exception) => ObjectStoreError.Unavailable,
        AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } => ObjectStoreError.Denied,
        // No keys were found; the SDK has no type of its own for it.
        AmazonClientException => ObjectStoreError.Denied,
        _ => ObjectStoreError.Failed,
    };

    private static bool IsFull(AmazonServiceException exception) =>
        FullCodes.Contains(exception.ErrorCode ?? "") || exception.StatusCode == HttpStatusCode.InsufficientStorage;

    private static string Describe(Exception exception) => exception switch
    {
        AmazonServiceException service => string.Create(CultureInfo.InvariantCulture, $"{Explain(service.ErrorCode)}{service.Message} ({(int)service.StatusCode} {service.ErrorCode})"),
        TimeoutRejectedException timeout => string.Create(CultureInfo.InvariantCulture, $"no answer within {timeout.Timeout.TotalSeconds:0.###} s"),
        _ when IsUntrusted(exception) => $"the server's certificate is not trusted, is the CA file the right one? {Innermost(exception).Message}",
        _ when exception.InnerException is null => exception.Message,
        _ => $"{exception.Message}: {Innermost(exception).Message}",
    };

    private static string Explain(string? code) => code switch
    {
        "NoSuchBucket" => "there is no such bucket: ",
        "InvalidAccessKeyId" => "the server does not know the access key: ",
        "SignatureDoesNotMatch" => "the secret key does not belong to the access key: ",
        "RequestTimeTooSkewed" => "the clocks of this machine and of the server differ: ",
        "PermanentRedirect" or "AuthorizationHeaderMalformed" => "the bucket is in another region: ",
        _ => "",
    };

    private static bool IsUntrusted(Exception exception) => exception is AuthenticationException || (exception.InnerException is { } cause && IsUntrusted(cause));

    private static Exception Innermost(Exception exception) => exception.InnerException is { } cause ? Innermost(cause) : exception;
}
