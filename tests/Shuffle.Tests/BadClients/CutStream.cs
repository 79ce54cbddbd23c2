using System.Net.Sockets;

namespace Shuffle.Tests.BadClients;

/// <summary>A connection that is reset once so many bytes have gone out.</summary>
internal sealed class CutStream(Socket socket, long limit) : NetworkStream(socket, ownsSocket: true)
{
    private long _sent;

    internal static async ValueTask<Stream> ConnectAsync(Uri address, long limit, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        return new CutStream(socket, limit);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var rest = (int)Math.Min(buffer.Length, limit - _sent);
        await base.WriteAsync(buffer[..rest], cancellationToken);
        _sent += rest;
        if (_sent == limit)
        {
            Socket.Close(0);
            throw new IOException("the test has cut the connection");
        }
    }
}
