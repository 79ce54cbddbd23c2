using System.Globalization;
using System.Net;
using Executor.Kubernetes.Models;

namespace Executor.Kubernetes.Client;

/// <summary>
/// The one exception of the API: the server refused a request, sent an ERROR event in a watch, or could not be reached. Decide by
/// <see cref="StatusCode"/>, <see cref="Reason"/> and the properties below, never by the message.
/// </summary>
public sealed class KubernetesException : Exception
{
    /// <summary>The server's refusal.</summary>
    /// <param name="status">What the server said; never null.</param>
    /// <param name="request">Method and path, without the query.</param>
    /// <param name="retryAfter">What the server asked to wait; null where it did not.</param>
    public KubernetesException(V1Status status, string request, TimeSpan? retryAfter = null)
        : base(Describe(status, request))
    {
        Status = status;
        StatusCode = status.Code is { } code ? (HttpStatusCode)code : null;
        RetryAfter = retryAfter ?? (status.Details?.RetryAfterSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    /// <summary>A failure below the API: no connection, no answer in time, a connection that broke, an answer that cannot be read.</summary>
    public KubernetesException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The HTTP status, also of an ERROR event; null when the server did not answer.</summary>
    public HttpStatusCode? StatusCode { get; }

    /// <summary>What the server said: reason, details and causes; null when it did not answer.</summary>
    public V1Status? Status { get; }

    /// <summary>How long the server asked to wait; null where it did not.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The status's one word, such as <c>AlreadyExists</c>; empty where there is none.</summary>
    public string Reason => Status?.Reason ?? "";

    /// <summary>The server did not answer, or not to the end: whether it did what was asked is unknown.</summary>
    public bool IsTransportFailure => StatusCode is null;

    /// <summary>True if the same request may well succeed later: nobody answered, the server is busy (429), or it has failed (5xx).</summary>
    public bool IsTransient => IsTransportFailure || IsTooManyRequests || StatusCode >= HttpStatusCode.InternalServerError;

    /// <summary>404: there is no such object, or the server does not know the kind.</summary>
    public bool IsNotFound => StatusCode == HttpStatusCode.NotFound;

    /// <summary>409 on a create: the name is taken.</summary>
    public bool IsAlreadyExists => StatusCode == HttpStatusCode.Conflict && Reason == "AlreadyExists";

    /// <summary>
    /// 409 on a change or deletion: the object changed, or a precondition does not hold. On a create: others took from the same quota at the same moment, and
    /// trying again helps.
    /// </summary>
    public bool IsConflict => StatusCode == HttpStatusCode.Conflict && Reason != "AlreadyExists";

    /// <summary>410: the resourceVersion or continue token is older than what the server remembers.</summary>
    public bool IsExpired => StatusCode == HttpStatusCode.Gone;

    /// <summary>403: not allowed, by RBAC or by an admission plugin such as a quota.</summary>
    public bool IsForbidden => StatusCode == HttpStatusCode.Forbidden;

    /// <summary>
    /// 403 of the quota plugin: there is no room now, or the quota is so new that nobody has counted yet. The API marks it by nothing but its text, which has
    /// stood since 1.2: with <see cref="IsLimitRangeExceeded"/> the exception to deciding by type.
    /// </summary>
    public bool IsQuotaExceeded => IsForbidden && AdmissionMessages.TellOfQuota(Status?.Message);

    /// <summary>
    /// 403 of the limit range plugin: what a pod, a container or a claim asks for is more or less than the namespace allows one to have, now and
    /// later. Marked by its text alone, as a quota.
    /// </summary>
    public bool IsLimitRangeExceeded => IsForbidden && AdmissionMessages.TellOfLimitRange(Status?.Message);

    /// <summary>403 on a create: the namespace is being deleted and takes nothing more.</summary>
    public bool IsNamespaceTerminating => IsForbidden && Status?.Details?.Causes?.Any(cause => cause.Reason == "NamespaceTerminating") == true;

    /// <summary>429: too many requests, or an eviction that a disruption budget does not allow now.</summary>
    public bool IsTooManyRequests => StatusCode == HttpStatusCode.TooManyRequests;

    private static string Describe(V1Status status, string request)
    {
        ArgumentNullException.ThrowIfNull(status);
        return string.Create(CultureInfo.InvariantCulture, $"{request}: {status.Code} {status.Reason}: {status.Message}");
    }
}
