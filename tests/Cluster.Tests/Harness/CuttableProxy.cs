using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Cluster.Tests.Harness;

/// <summary>
/// A way to the API server that a test can cut, as a network is cut: connections that stand bring nothing any more and are not closed, new ones are
/// accepted and bring nothing either. Mended, it lets new connections through; the old ones are closed.
/// </summary>
public sealed class CuttableProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentBag<Socket> _open = [];
    private readonly DnsEndPoint _target;
    private readonly Task _accepting;
    private CancellationTokenSource _cut = new();
    private volatile bool _isCut;

    /// <summary>A proxy to a server, listening at once.</summary>
    public CuttableProxy(Uri target)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = new DnsEndPoint(target.Host, target.Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port on the loopback interface.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Cuts the network.</summary>
    public void Cut()
    {
        _isCut = true;
        _cut.Cancel();
    }

    /// <summary>Mends it.</summary>
    public void Mend()
    {
        _cut.Dispose();
        _cut = new CancellationTokenSource();
        _isCut = false;
        while (_open.TryTake(out var socket))
        {
            socket.Dispose();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        while (_open.TryTake(out var socket))
        {
            socket.Dispose();
        }

        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
        _cut.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            var client = await _listener.AcceptSocketAsync(_ending.Token);
            _open.Add(client);
            if (!_isCut)
            {
                _ = ForwardAsync(client, _cut.Token);
            }
        }
    }

    private async Task ForwardAsync(Socket client, CancellationToken cut)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _open.Add(server);
        try
        {
            await server.ConnectAsync(_target, cut);
            await Task.WhenAny(PumpAsync(client, server, cut), PumpAsync(server, client, cut));
            if (!cut.IsCancellationRequested)
            {
                client.Dispose();
                server.Dispose();
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The one end is gone, or the network is cut.
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, CancellationToken cut)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, cut) is var read && read > 0)
            {
                for (var sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), cut);
                }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
