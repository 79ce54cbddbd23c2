using Executor.Contracts.Bundles;

namespace Executor.TaskRunner.Code;

/// <summary>
/// A bundle's archive as it comes from the store, part by part: each one is checked before its first byte is given out, and no more than one is
/// in memory. To be read once, asynchronously, by one reader.
/// </summary>
internal sealed class BundleStream(BundleManifest manifest, BlobReader blobs) : ForwardStream
{
    private ReadOnlyMemory<byte> _part;
    private int _next;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_part.IsEmpty && _next < manifest.Parts.Count)
        {
            _part = default;
            _part = await blobs.ReadAsync(
                manifest.Parts[_next].Sha256, $"part {_next + 1} of {manifest.Parts.Count} of the task's code", cancellationToken);
            _next++;
        }

        var count = Math.Min(buffer.Length, _part.Length);
        _part[..count].CopyTo(buffer);
        _part = _part[count..];
        return count;
    }
}
