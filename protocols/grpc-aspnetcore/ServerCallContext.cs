using System.Net;
using Executor.Grpc.Framing;
using Microsoft.AspNetCore.Http;

namespace Executor.Grpc.AspNetCore;

/// <summary>
/// One call, as its method sees it. Valid until the method returns; apart from <see cref="CancellationToken"/> not for use by
/// several threads at once.
/// </summary>
public sealed class ServerCallContext : IDisposable
{
    private readonly HttpContext _httpContext;
    private readonly CancellationTokenSource _stop;
    private readonly ITimer? _deadline;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private Dictionary<object, object>? _userState;

    internal ServerCallContext(HttpContext httpContext, string method, TimeProvider timeProvider)
    {
        _httpContext = httpContext;
        Method = method;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted);
        CancellationToken = _stop.Token;
        if (httpContext.Request.Headers[HeaderNames.Timeout].ToString() is { Length: > 0 } text)
        {
            var timeout = TimeoutHeader.Parse(text)
                ?? throw new RpcException(new Status(StatusCode.Internal, $"'{HeaderNames.Timeout}: {text}' is not a time span."));

            // A timer of more than 49 days cannot be set; a deadline that far away is none.
            if (timeout < TimeSpan.FromDays(49))
            {
                Deadline = (timeProvider.GetUtcNow() + timeout).UtcDateTime;
                _deadline = timeProvider.CreateTimer(static context => ((ServerCallContext)context!).PassDeadline(), this, timeout, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>The method's path, <c>/service/method</c>.</summary>
    public string Method { get; }

    /// <summary>
    /// Cancelled when the client cancels or is gone and when the deadline passes; a method that then throws
    /// <see cref="OperationCanceledException"/> ends the call with the right status.
    /// </summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>When the client stops waiting, in UTC; <see cref="DateTime.MaxValue"/> where it set no deadline.</summary>
    public DateTime Deadline { get; } = DateTime.MaxValue;

    /// <summary>The client's address: <c>ipv4:ADDRESS:PORT</c>, <c>ipv6:[ADDRESS]:PORT</c> or <c>unix:</c>.</summary>
    public string Peer => _httpContext.Connection.RemoteIpAddress switch
    {
        null => "unix:",
        { IsIPv4MappedToIPv6: true } mapped => $"ipv4:{mapped.MapToIPv4()}:{_httpContext.Connection.RemotePort}",
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } address => $"ipv6:[{address}]:{_httpContext.Connection.RemotePort}",
        IPAddress address => $"ipv4:{address}:{_httpContext.Connection.RemotePort}",
    };

    /// <summary>The client's headers, without those of the protocol.</summary>
    public Metadata RequestHeaders => _requestHeaders ??= ReadRequestHeaders();

    /// <summary>What is sent with the status when the method has ended.</summary>
    public Metadata ResponseTrailers => _responseTrailers ??= [];

    /// <summary>The status of a method that returns; success unless set. A method that throws gets the exception's status.</summary>
    public Status Status { get; set; } = Status.DefaultSuccess;

    /// <summary>What the parts of a server hand to each other during the call.</summary>
    public IDictionary<object, object> UserState => _userState ??= [];

    internal bool DeadlineExceeded { get; private set; }

    internal Metadata? SentTrailers => _responseTrailers;

    /// <summary>The HTTP request and response of the call.</summary>
    public HttpContext GetHttpContext() => _httpContext;

    /// <summary>Sends response headers now instead of with the first message.</summary>
    /// <exception cref="InvalidOperationException">They are sent already.</exception>
    public Task WriteResponseHeadersAsync(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (_httpContext.Response.HasStarted)
        {
            throw new InvalidOperationException("The response headers are sent already.");
        }

        foreach (var entry in responseHeaders)
        {
            _httpContext.Response.Headers.Append(entry.Key, MetadataHeaders.Format(entry));
        }

        return _httpContext.Response.BodyWriter.FlushAsync(CancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _deadline?.Dispose();
        _stop.Dispose();
    }

    private void PassDeadline()
    {
        DeadlineExceeded = true;
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended while the timer fired.
        }
    }

    private Metadata ReadRequestHeaders()
    {
        var metadata = new Metadata();
        foreach (var (name, values) in _httpContext.Request.Headers)
        {
            foreach (var value in values)
            {
                MetadataHeaders.Add(metadata, name, value ?? "");
            }
        }

        return metadata;
    }
}
