using System.Net;
using System.Net.Sockets;

namespace Executor.TestKit;

/// <summary>A port of 127.0.0.1 behind which nobody is: what a machine that is lost, or a process that hangs, looks like from outside.</summary>
public sealed class BlackHole : IDisposable
{
    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _waiting = [];

    private BlackHole(int backlog)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(backlog);
        Address = new Uri($"http://{_listener.LocalEndPoint}");
    }

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>One that does not answer connections: the kernel drops them while the queue of those that nobody has accepted is full.</summary>
    public static BlackHole TakingNothing()
    {
        var hole = new BlackHole(0);
        while (true)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            hole._waiting.Add(socket);
            if (!socket.ConnectAsync(hole._listener.LocalEndPoint!).Wait(TimeSpan.FromSeconds(1)))
            {
                return hole;
            }
        }
    }

    /// <summary>One that answers connections, and nothing that is sent over them.</summary>
    public static BlackHole SayingNothing() => new(100);

    /// <summary>The connections so far that nobody will accept.</summary>
    public int CountConnections()
    {
        while (_listener.Poll(TimeSpan.Zero, SelectMode.SelectRead))
        {
            _waiting.Add(_listener.Accept());
        }

        return _waiting.Count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _waiting.ForEach(socket => socket.Dispose());
    }
}
