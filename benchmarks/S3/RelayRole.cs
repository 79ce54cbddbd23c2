using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Executor.Benchmarks.Running;

namespace Executor.Benchmarks.S3;

/// <summary>The process behind <see cref="RelayProcess"/>: copies what comes by each connection to one of its own to the server, and back. Ends with its input.</summary>
internal static class RelayRole
{
    private const int BufferBytes = 256 << 10;

    internal static async Task RunAsync(Options options)
    {
        var server = new Uri(options.Text("server") ?? throw new OptionException("--server: where the bytes go"));
        options.RejectOthers();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine($"http://{listener.LocalEndpoint}");
        using var stop = new CancellationTokenSource();
        var accepting = AcceptAsync(listener, server, stop.Token);
        while (await Console.In.ReadLineAsync(CancellationToken.None) is not null)
        {
        }

        await stop.CancelAsync();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task AcceptAsync(TcpListener listener, Uri server, CancellationToken cancellationToken)
    {
        while (true)
        {
            _ = RelayAsync(await listener.AcceptSocketAsync(cancellationToken), server, cancellationToken);
        }
    }

    private static async Task RelayAsync(Socket client, Uri server, CancellationToken cancellationToken)
    {
        using var near = client;
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        (near.NoDelay, far.NoDelay) = (true, true);
        await far.ConnectAsync(server.Host, server.Port, cancellationToken);
        await Task.WhenAll(CopyAsync(near, far, cancellationToken), CopyAsync(far, near, cancellationToken));
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await from.ReceiveAsync(buffer, cancellationToken) is var count and > 0)
            {
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), cancellationToken);
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
