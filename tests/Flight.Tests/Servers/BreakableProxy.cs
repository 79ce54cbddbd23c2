using System.Net;
using System.Net.Sockets;

namespace Flight.Tests.Servers;

/// <summary>A TCP connection's man in the middle that can lose all connections at once, as a killed server does.</summary>
internal sealed class BreakableProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _connections = [];
    private readonly int _target;
    private bool _broken;

    public BreakableProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Break()
    {
        _listener.Stop();
        lock (_connections)
        {
            _broken = true;
            ResetAll();
        }
    }

    public void Dispose() => Break();

    // Called with the lock held, after which no connection is known any more: one that is closed has no socket left to reset.
    private void ResetAll()
    {
        foreach (var connection in _connections)
        {
            connection.Client.LingerState = new LingerOption(true, 0);
            connection.Close();
        }

        _connections.Clear();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _target);
                lock (_connections)
                {
                    _connections.AddRange([client, server]);
                    if (_broken)
                    {
                        ResetAll();
                        return;
                    }
                }

                _ = CopyAsync(client, server);
                _ = CopyAsync(server, client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Broken.
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Broken.
        }
    }
}
