using System.Text;

namespace Executor.Kubernetes.Streaming;

/// <summary>
/// A connection to one port of a pod. Of the two channels that a port has, the even one carries its bytes and the odd one an error in words; on each of them the
/// port's number comes first, in two bytes.
/// </summary>
internal sealed class PortForwardStream(ChannelSocket socket, string target) : Stream
{
    private const int DataChannel = 0;
    private const int ErrorChannel = 1;
    private const int PortBytes = 2;
    private const int MaxErrorBytes = 4 * 1024;

    private readonly int[] _portBytesLeft = [PortBytes, PortBytes];
    private readonly byte[] _skipped = new byte[PortBytes];

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var channel = await socket.WaitForChannelAsync(cancellationToken);
            if (channel == ChannelSocket.Closed)
            {
                return 0;
            }

            if (channel is not (DataChannel or ErrorChannel))
            {
                throw new IOException($"{target}: found bytes of channel {channel}, expected channels {DataChannel} and {ErrorChannel}");
            }

            if (_portBytesLeft[channel] > 0)
            {
                var (skipped, _) = await socket.ReceiveAsync(_skipped.AsMemory(0, _portBytesLeft[channel]), cancellationToken);
                _portBytesLeft[channel] -= skipped;
            }
            else if (channel == ErrorChannel)
            {
                throw new IOException($"{target}: {await ReadErrorAsync(cancellationToken)}");
            }
            else if (buffer.IsEmpty)
            {
                // Whoever reads nothing waits for there to be something.
                return 0;
            }
            else if (await socket.ReceiveAsync(buffer, cancellationToken) is { Count: > 0 and var count })
            {
                return count;
            }
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        socket.SendAsync(DataChannel, buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    // A write has left this process when it returns.
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await socket.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<string> ReadErrorAsync(CancellationToken cancellationToken)
    {
        var text = new byte[MaxErrorBytes];
        var length = 0;
        for (var ended = false; !ended && length < text.Length;)
        {
            (var count, ended) = await socket.ReceiveAsync(text.AsMemory(length), cancellationToken);
            length += count;
        }

        return Encoding.UTF8.GetString(text, 0, length).Trim();
    }
}
