using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Executor.TestKit.Kubernetes;

/// <content>Connections into pods: forwarded ports and commands, by <c>v4.channel.k8s.io</c>.</content>
public sealed partial class FakeApiServer
{
    private const string ChannelProtocol = "v4.channel.k8s.io";
    private const int BufferBytes = 32 * 1024;

    private readonly ConcurrentDictionary<(string NamespaceName, string Pod, int Port), Func<CancellationToken, ValueTask<Stream>>> _ports = [];
    private readonly ConcurrentDictionary<(string NamespaceName, string Pod), Func<IReadOnlyList<string>, FakeExecResult>> _commands = [];

    /// <summary>Lets a port of a pod lead to whatever opens a stream, such as a server of the test; other ports refuse connections.</summary>
    public void ForwardPort(string namespaceName, string pod, int port, Func<CancellationToken, ValueTask<Stream>> connect) =>
        _ports[(namespaceName, pod, port)] = connect;

    /// <summary>Sets how commands in a pod end.</summary>
    public void SetExec(string namespaceName, string pod, Func<IReadOnlyList<string>, FakeExecResult> run) => _commands[(namespaceName, pod)] = run;

    private static async Task SendAsync(WebSocket socket, byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        byte[] message = [channel, .. bytes.Span];
        await socket.SendAsync(message, WebSocketMessageType.Binary, true, cancellationToken);
    }

    private static JsonObject ExecStatus(FakeExecResult result) => result.ExitCode == 0
        ? new JsonObject { ["metadata"] = new JsonObject(), ["status"] = "Success" }
        : new JsonObject
        {
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = $"command terminated with non-zero exit code: exit status {result.ExitCode}",
            ["reason"] = "NonZeroExitCode",
            ["details"] = new JsonObject
            {
                ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = $"{result.ExitCode}" }),
            },
        };

    private async Task StreamAsync(HttpContext context, ResourcePath path)
    {
        JsonObject pod;
        lock (_lock)
        {
            pod = _api.Read(path with { Subresource = null });
        }

        if (pod["spec"]?["nodeName"] is null)
        {
            throw ApiErrorException.BadRequest($"pod {path.Name} does not have a host assigned");
        }

        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(ChannelProtocol))
        {
            throw ApiErrorException.BadRequest("unable to upgrade: the fake API server speaks WebSocket with " + ChannelProtocol);
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(ChannelProtocol);
        try
        {
            await (path.Subresource == "exec"
                ? ExecAsync(socket, path, [.. context.Request.Query["command"].Select(word => word!)], context.RequestAborted)
                : ForwardAsync(socket, path, int.Parse(context.Request.Query["ports"]!, System.Globalization.CultureInfo.InvariantCulture), context));
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    private async Task ExecAsync(WebSocket socket, ResourcePath path, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        // The real server says with an empty message that the connection stands.
        await SendAsync(socket, 1, default, cancellationToken);
        var result = _commands.TryGetValue((path.NamespaceName!, path.Name!), out var run)
            ? run(command)
            : throw new IOException("the test has set no end of commands in this pod");
        await SendAsync(socket, 1, Encoding.UTF8.GetBytes(result.Stdout), cancellationToken);
        await SendAsync(socket, 2, Encoding.UTF8.GetBytes(result.Stderr), cancellationToken);
        await SendAsync(socket, 3, Encoding.UTF8.GetBytes(ExecStatus(result).ToJsonString()), cancellationToken);
    }

    private async Task ForwardAsync(WebSocket socket, ResourcePath path, int port, HttpContext context)
    {
        var aborted = context.RequestAborted;
        byte[] number = [(byte)port, (byte)(port >> 8)];
        await SendAsync(socket, 0, number, aborted);
        await SendAsync(socket, 1, number, aborted);
        if (!_ports.TryGetValue((path.NamespaceName!, path.Name!, port), out var connect))
        {
            var why = $"error forwarding port {port} to pod {path.Name}, uid : failed to connect to localhost:{port}: connection refused";
            await SendAsync(socket, 1, Encoding.UTF8.GetBytes(why), aborted);
            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        await using var stream = await connect(aborted);
        var (fromPod, toPod) = (FromPodAsync(), ToPodAsync());
        if (await Task.WhenAny(fromPod, toPod) == fromPod && fromPod.IsCompletedSuccessfully)
        {
            // To hang up before the client has said that it ends, too, would lose what is under way.
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, aborted);
            await toPod;
        }

        await ended.CancelAsync();
        await Task.WhenAll(fromPod, toPod);

        async Task FromPodAsync()
        {
            var buffer = new byte[BufferBytes];
            while (await stream.ReadAsync(buffer, ended.Token) is > 0 and var count)
            {
                await SendAsync(socket, 0, buffer.AsMemory(0, count), ended.Token);
            }
        }

        async Task ToPodAsync()
        {
            var buffer = new byte[1 + BufferBytes];
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), ended.Token);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                await stream.WriteAsync(buffer.AsMemory(1, length - 1), ended.Token);
            }
        }
    }
}

/// <summary>How a command in a fake pod ends.</summary>
public sealed record FakeExecResult(int ExitCode, string Stdout = "", string Stderr = "");
