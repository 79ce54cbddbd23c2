using System.Net.Sockets;

namespace Shuffle.Tests.Faults;

/// <summary>A client's connection to a store pod. It counts what passes, and is cut where the plan says so or the pod dies.</summary>
internal sealed class PodConnection(Socket socket, Misfortunes misfortunes) : Stream
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    /// <summary>Kills the pod.</summary>
    internal required Action Kill { get; init; }

    /// <summary>Asks the pod to end.</summary>
    internal required Action Drain { get; init; }

    /// <summary>Cuts all connections of the pod.</summary>
    internal required Action CutAll { get; init; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Resets the connection: both sides see it break, and what was under way in it is gone.</summary>
    internal void Cut()
    {
        try
        {
            socket.Close(0);
        }
        catch (ObjectDisposedException)
        {
            // It had been closed before.
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _stream.ReadAsync(buffer, cancellationToken);
        var fault = misfortunes.Next(ProtocolStep.Download, count);
        var passed = Passed(fault, count);
        Strike(fault);
        return passed > 0 || count == 0 ? passed : throw new IOException("injected fault: the connection is cut");
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var fault = misfortunes.Next(ProtocolStep.Upload, buffer.Length);
        await _stream.WriteAsync(buffer[..Passed(fault, buffer.Length)], cancellationToken);
        Strike(fault);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _stream.FlushAsync(cancellationToken);

    public override void Flush() => _stream.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private static int Passed(PodFault? fault, int count) => fault switch
    {
        PodFault.KillBefore or PodFault.Refuse => 0,
        PodFault.KillLate or PodFault.Late => count / 2,
        _ => count,
    };

    private void Strike(PodFault? fault)
    {
        switch (fault)
        {
            case PodFault.KillBefore or PodFault.KillLate or PodFault.KillAfter:
                Kill();
                break;
            case PodFault.Drain:
                Drain();
                break;
            case PodFault.Refuse or PodFault.Late or PodFault.LoseAnswer:
                Cut();
                break;
            case PodFault.Full:
                CutAll();
                break;
        }
    }
}
