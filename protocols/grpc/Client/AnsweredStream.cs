namespace Executor.Grpc.Client;

/// <summary>A connection that is closed if the server does not say a first word over it in time: a process that hangs, whose machine takes connections.</summary>
internal sealed class AnsweredStream : Stream
{
    private readonly Stream _inner;
    private readonly TimeSpan _limit;
    private readonly Timer _timer;
    private volatile bool _answered;
    private volatile bool _expired;

    /// <param name="inner">The connection, which this one owns.</param>
    /// <param name="limit">How long the server has.</param>
    internal AnsweredStream(Stream inner, TimeSpan limit)
    {
        _inner = inner;
        _limit = limit;
        _timer = new Timer(static stream => ((AnsweredStream)stream!).Expire(), this, limit, Timeout.InfiniteTimeSpan);
    }

    public override bool CanRead => _inner.CanRead;

    public override bool CanWrite => _inner.CanWrite;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _answered ? _inner.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = _inner.Read(buffer, offset, count);
        Answered();
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => _inner.Write(buffer, offset, count);

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _timer.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var read = await _inner.ReadAsync(buffer, cancellationToken);
            Answered();
            return read;
        }
        catch (Exception failure) when (_expired)
        {
            throw new IOException($"The server has said nothing for {_limit.TotalSeconds:0.#} s.", failure);
        }
    }

    private void Answered()
    {
        if (!_answered)
        {
            _answered = true;
            _timer.Dispose();
        }
    }

    private void Expire()
    {
        if (!_answered)
        {
            _expired = true;
            _inner.Dispose();
        }
    }
}
