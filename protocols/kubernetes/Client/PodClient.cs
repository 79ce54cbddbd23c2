using System.Globalization;
using System.Text.Json;
using Executor.Kubernetes.Models;
using Executor.Kubernetes.Streaming;

namespace Executor.Kubernetes.Client;

/// <summary>The pods, with what only pods have.</summary>
public sealed class PodClient : GenericClient<V1Pod>
{
    /// <summary>The pods of a namespace; null for all.</summary>
    public PodClient(KubernetesClient client, string? namespaceName)
        : base(client, KubernetesResources.Pods, namespaceName)
    {
    }

    /// <summary>
    /// Reads a container's log. The stream brings bytes as the container writes them and ends with the container, or now unless the log is followed;
    /// a broken connection shows as an <see cref="IOException"/>. Disposing of the stream ends the request.
    /// </summary>
    /// <exception cref="KubernetesException">There is no such pod (404), or its container has not started (400).</exception>
    public async Task<Stream> ReadLogAsync(string name, PodLogOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PodLogOptions();
        var since = options.SinceTime?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        var query = new QueryString()
            .Add("container", options.Container)
            .AddFlag("follow", options.Follow)
            .AddFlag("previous", options.Previous)
            .AddFlag("timestamps", options.Timestamps)
            .Add("sinceTime", since)
            .Add("tailLines", options.TailLines)
            .Add("limitBytes", options.LimitBytes);
        var response = await Transport.SendAsync(new ApiRequest(HttpMethod.Get, Item(name, "log"), query.ToString()), cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    /// <summary>
    /// Connects to a TCP port of a pod through the API server (WebSocket subprotocol <c>v4.channel.k8s.io</c>), also to one that listens on the pod's
    /// loopback address alone. Needs <c>get</c>, and from 1.35 on <c>create</c>, of <c>pods/portforward</c>. The stream may be read and written at the
    /// same time, by one reader and one writer; it buffers nothing but one message of 32 KiB being written. A read returns 0 when the pod closed the
    /// connection, and fails with an <see cref="IOException"/> when nobody listens on the port, with the server's words, or when the connection broke.
    /// Pings notice that (<see cref="KubernetesClientOptions.KeepAlivePingDelay"/>); a pod that for so long takes nothing of what is written looks the
    /// same. There is no half-close. A cancelled read or write breaks the connection; disposal closes it. It outlives this client.
    /// </summary>
    /// <exception cref="KubernetesException">There is no such pod (404), it is not on a node yet (400), or it may not be reached (403). That nobody
    /// listens shows only when the stream is read.</exception>
    public async Task<Stream> PortForwardAsync(string name, int port, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        var path = Item(name, "portforward");
        var socket = await Transport.ConnectAsync(path, new QueryString().Add("ports", port).ToString(), cancellationToken);
        return new PortForwardStream(socket, $"{path} to port {port}");
    }

    /// <summary>
    /// Runs a command in a container that runs, without a shell or a terminal, and waits for its end (WebSocket subprotocol
    /// <c>v4.channel.k8s.io</c>). Needs <c>get</c>, and from 1.35 on <c>create</c>, of <c>pods/exec</c>. Cancelling leaves the command to itself.
    /// </summary>
    /// <returns>The command's exit code.</returns>
    /// <exception cref="KubernetesException">There is no such pod (404) or it may not be reached (403), the container does not run, the command cannot be
    /// started, the connection broke before it ended, or one of the streams failed.</exception>
    public async Task<int> ExecAsync(
        string name, IEnumerable<string> command, PodExecOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        options ??= new PodExecOptions();

        // The server wants at least one of the streams.
        var query = new QueryString()
            .Add("container", options.Container)
            .AddFlag("stdin", options.Stdin is not null)
            .AddFlag("stdout", true)
            .AddFlag("stderr", options.Stderr is not null);
        foreach (var word in command)
        {
            query.Add("command", word);
        }

        var path = Item(name, "exec");
        await using var socket = await Transport.ConnectAsync(path, query.ToString(), cancellationToken);
        try
        {
            var status = await new ExecSession(socket, options.Stdin, options.Stdout, options.Stderr).RunAsync(cancellationToken);
            return status.Status == "Success" ? 0 : ExitCode(status) ?? throw new KubernetesException(status, $"GET {path}");
        }
        catch (IOException e)
        {
            throw new KubernetesException($"GET {path}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Asks to delete a pod where its disruption budgets allow that, in the version of the API that the server has: <c>policy/v1</c> since 1.22.
    /// </summary>
    /// <exception cref="KubernetesException">A budget does not allow it now (<see cref="KubernetesException.IsTooManyRequests"/>).</exception>
    public async Task EvictAsync(string name, V1DeleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        var version = await Client.GetVersionAsync(cancellationToken);
        var eviction = new V1Eviction
        {
            ApiVersion = version.IsAtLeast(1, 22) ? "policy/v1" : "policy/v1beta1",
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = NamespaceName },
            DeleteOptions = options,
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(eviction, KubernetesJsonContext.Default.V1Eviction);
        await Transport.SendForNothingAsync(new ApiRequest(HttpMethod.Post, Item(name, "eviction"), Body: body), cancellationToken);
    }

    private static int? ExitCode(V1Status status) =>
        status.Reason == "NonZeroExitCode"
        && status.Details?.Causes?.FirstOrDefault(cause => cause.Reason == "ExitCode")?.Message is { } text
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? code
            : null;
}
