using Executor.Shuffle.Engine.Objects;

namespace Shuffle.Tests.Objects.S3;

/// <summary>A bucket of a real server keeps what every object store keeps.</summary>
public sealed class S3ObjectStoreConformance : ObjectStoreConformance
{
    private TestBucket? _bucket;

    protected override IObjectStore Open() => (_bucket ??= new TestBucket()).Open();

    protected override ValueTask ReleaseAsync() => _bucket?.DisposeAsync() ?? ValueTask.CompletedTask;
}
