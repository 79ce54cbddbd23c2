namespace Executor.TaskRunner.Code;

/// <summary>Gives out so many bytes of another stream and refuses to go on: what unpacks to more than it may is not unpacked to its end.</summary>
internal sealed class BoundedStream(Stream inner, long maxBytes) : ForwardStream
{
    private long _given;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        _given += count;
        return _given <= maxBytes ? count : throw new InvalidDataException($"it unpacks to more than the {maxBytes} bytes that it may have");
    }
}
