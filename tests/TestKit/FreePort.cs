using System.Net;
using System.Net.Sockets;

namespace Executor.TestKit;

/// <summary>Finds ports for programs that must be told theirs, because they are started again on the same one.</summary>
public static class FreePort
{
    /// <summary>A TCP port of 127.0.0.1 that nobody listens on; nothing keeps others from taking it.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
