namespace Executor.Kubernetes.Client;

/// <summary>How a client treats connections. Not to be changed once a client uses it.</summary>
public sealed class KubernetesClientOptions
{
    /// <summary>For a connection with its TLS handshake. 10 s by default.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Until an answer begins; 75 s by default, more than the server's own 60 s. There is no limit on the rest: a watch lives for minutes.
    /// </summary>
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>
    /// A connection with open requests is probed after this long without traffic (HTTP/2 PING, and TCP keep-alive). 30 s by default.
    /// </summary>
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection is given up when a probe is not answered for this long. 15 s by default.</summary>
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The field manager of writes that name no other. <c>executor</c> by default.</summary>
    public string FieldManager { get; set; } = "executor";

    /// <summary>Takes the warnings of answers: deprecated versions, unknown fields. Called from any thread; null drops them.</summary>
    public Action<KubernetesWarning>? OnWarning { get; set; }

    /// <summary>
    /// Lays something around the handler that holds the connections, such as a <see cref="DelegatingHandler"/> that counts requests. Called anew for each
    /// set of connections: a renewed client certificate needs its own. Port forwarding and exec pass through it, too. Null, the default, lays nothing.
    /// </summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? WrapHandler { get; set; }

    /// <summary>The clock for time-outs. The system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}

/// <summary>A warning of the server (RFC 7234 section 5.5).</summary>
/// <param name="Request">Method and path of the request.</param>
/// <param name="Code">The code; 299 for all that Kubernetes sends.</param>
/// <param name="Text">For people.</param>
public sealed record KubernetesWarning(string Request, int Code, string Text);
