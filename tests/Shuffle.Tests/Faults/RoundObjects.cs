using System.Globalization;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Objects.OnDisk;
using Executor.Shuffle.S3;
using Executor.TestKit;
using Executor.TestKit.S3;
using Shuffle.Tests.Objects.S3;

namespace Shuffle.Tests.Faults;

/// <summary>The object store of a round, with and without what goes wrong on the way to it.</summary>
internal sealed class RoundObjects : IAsyncDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromMilliseconds(500);

    // A stall takes the time of a time-out, and so is the rarest.
    private static readonly ProxyFault[] Faults =
    [
        .. Enumerable.Repeat<ProxyFault[]>(
            [
                ProxyFault.InternalError, ProxyFault.SlowDown, ProxyFault.Conflict, ProxyFault.BadGateway, ProxyFault.ResetBefore, ProxyFault.ResetAfter,
                ProxyFault.ShortBody, ProxyFault.Trickle, ProxyFault.DamagedRequest,
            ],
            4).SelectMany(faults => faults),
        ProxyFault.StallBefore, ProxyFault.StallAfter,
    ];

    private IReadOnlyList<IAsyncDisposable> _owned = [];
    private SmallFileSystem? _small;

    private RoundObjects(IObjectStore direct) => Direct = Disturbed = direct;

    /// <summary>The objects as they are.</summary>
    internal IObjectStore Direct { get; }

    /// <summary>The way to them by which requests get lost.</summary>
    internal IObjectStore Disturbed { get; private init; }

    internal static async Task<RoundObjects> OpenAsync(RoundPlan plan)
    {
        switch (plan.Backend)
        {
            case Backend.Memory:
                return new RoundObjects(new MemoryObjectStore());
            case Backend.Directory:
                return await OpenDirectoryAsync(plan);
            default:
                return await OpenBucketAsync(plan);
        }
    }

    /// <summary>The same objects by the undisturbed way alone, with room enough; stays this one's to dispose of.</summary>
    internal async Task<RoundObjects> CalmAsync()
    {
        await (_small?.ResizeAsync(CrampedObjects.Enough) ?? Task.CompletedTask);
        return new RoundObjects(Direct);
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            await _owned[i].DisposeAsync();
        }
    }

    private static async Task<RoundObjects> OpenDirectoryAsync(RoundPlan plan)
    {
        var folder = new TemporaryDirectory("shuffle-faults-");
        var disposal = new Disposal(folder.Dispose);
        var room = new Random(plan.Seed).Next(64, 1024);
        var (small, _) = plan.Faults.Any(fault => fault.Fault == PodFault.Full)
            ? await SmallFileSystem.TryMountAsync(folder.Path, string.Create(CultureInfo.InvariantCulture, $"size={room}k"))
            : (null, null);
        var store = new DirectoryObjectStore(folder.Path, TimeProvider.System);
        return small is null
            ? new RoundObjects(store) { _owned = [disposal, store] }
            : new RoundObjects(store) { Disturbed = new CrampedObjects(store, small), _owned = [disposal, small, store], _small = small };
    }

    private static async Task<RoundObjects> OpenBucketAsync(RoundPlan plan)
    {
        var bucket = new TestBucket();
        var direct = new S3ObjectStore(bucket.Options with { RequestTimeout = TimeSpan.FromSeconds(10) });
        if (plan.ProxiedShare == 0)
        {
            return new RoundObjects(direct) { _owned = [bucket, direct] };
        }

        var faults = new SeededFaults(plan.Seed, plan.ProxiedShare, Faults);
        var proxy = await FaultProxy.StartAsync(bucket.Server.Endpoint, _ => faults.Next());
        var disturbed = new S3ObjectStore(bucket.Through(proxy) with { RequestTimeout = RequestTimeout, MaxTries = 4 });
        return new RoundObjects(direct) { Disturbed = disturbed, _owned = [bucket, direct, proxy, disturbed] };
    }

    private sealed class Disposal(Action dispose) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            dispose();
            return ValueTask.CompletedTask;
        }
    }
}
