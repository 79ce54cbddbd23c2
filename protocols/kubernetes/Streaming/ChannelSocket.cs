using System.Buffers;
using System.Net.WebSockets;

namespace Executor.Kubernetes.Streaming;

/// <summary>
/// Several channels over one WebSocket, by the subprotocol <c>v4.channel.k8s.io</c>: each message is the number of a channel in one byte and then bytes of that
/// channel. Holds no more than one message that is being sent, and nothing that was received. One receiver and one sender at a time; disposal at any
/// time ends both. Failures are an <see cref="IOException"/>; a cancelled call breaks the connection.
/// </summary>
internal sealed class ChannelSocket(WebSocket socket, TimeProvider time) : IDisposable, IAsyncDisposable
{
    /// <summary>The subprotocol.</summary>
    public const string Protocol = "v4.channel.k8s.io";

    /// <summary>Answered by <see cref="WaitForChannelAsync"/> when the server has closed the connection in order.</summary>
    public const int Closed = -1;

    // As much as servers copy at once; they take a message only as a whole and as one frame.
    private const int MaxMessageBytes = 32 * 1024;

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly byte[] _number = new byte[1];
    private int? _channel;

    /// <summary>
    /// Waits until bytes are there and tells whose; <see cref="Closed"/> when no more will come. A message has not been received to its end
    /// before its channel changes.
    /// </summary>
    public async ValueTask<int> WaitForChannelAsync(CancellationToken cancellationToken)
    {
        while (_channel is null)
        {
            var result = await ReceiveOnceAsync(_number, cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return Closed;
            }

            // Servers begin with empty messages.
            _channel = result.Count == 1 && !result.EndOfMessage ? _number[0] : null;
        }

        return _channel.Value;
    }

    /// <summary>Receives from the message that <see cref="WaitForChannelAsync"/> announced; the last bytes of a message may be none.</summary>
    public async ValueTask<(int Count, bool EndOfMessage)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var result = await ReceiveOnceAsync(buffer, cancellationToken);
        if (result.MessageType == WebSocketMessageType.Close)
        {
            throw new IOException("the connection was closed within a message");
        }

        _channel = result.EndOfMessage ? null : _channel;
        return (result.Count, result.EndOfMessage);
    }

    /// <summary>Sends bytes of a channel.</summary>
    public async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var message = ArrayPool<byte>.Shared.Rent(1 + Math.Min(bytes.Length, MaxMessageBytes));
        try
        {
            while (!bytes.IsEmpty)
            {
                var part = bytes[..Math.Min(bytes.Length, MaxMessageBytes)];
                message[0] = channel;
                part.CopyTo(message.AsMemory(1));
                await GuardAsync(socket.SendAsync(message.AsMemory(0, 1 + part.Length), WebSocketMessageType.Binary, true, cancellationToken), cancellationToken);
                bytes = bytes[part.Length..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>Ends the connection at once.</summary>
    public void Dispose() => socket.Dispose();

    /// <summary>Says that the connection ends, unless that takes long, and ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                using var limit = new CancellationTokenSource(CloseTimeout, time);
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // It is broken, or a message is being sent: then it just ends.
        }

        socket.Dispose();
    }

    private async ValueTask<ValueWebSocketReceiveResult> ReceiveOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await socket.ReceiveAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (IsBroken(e, cancellationToken))
        {
            throw Broken(e);
        }
    }

    private static async ValueTask GuardAsync(ValueTask operation, CancellationToken cancellationToken)
    {
        try
        {
            await operation;
        }
        catch (Exception e) when (IsBroken(e, cancellationToken))
        {
            throw Broken(e);
        }
    }

    // A connection that is given up, for want of an answer to a ping or by disposal, cancels what is under way.
    private static bool IsBroken(Exception exception, CancellationToken cancellationToken) =>
        exception is WebSocketException or ObjectDisposedException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static IOException Broken(Exception cause) => new($"the connection to the API server broke: {cause.Message}", cause);
}
