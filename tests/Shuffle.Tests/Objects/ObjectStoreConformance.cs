using System.Buffers;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.Shuffle.Engine.Objects.OnDisk;

namespace Shuffle.Tests.Objects;

/// <summary>What every object store keeps. A further implementation adds a class of ten lines.</summary>
public abstract class ObjectStoreConformance : IAsyncLifetime
{
    private IObjectStore? _store;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IObjectStore Store => _store!;

    protected abstract IObjectStore Open();

    public ValueTask InitializeAsync()
    {
        _store = Open();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await (_store?.DisposeAsync() ?? ValueTask.CompletedTask);
        await ReleaseAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual ValueTask ReleaseAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_probe_accepts_it_and_leaves_nothing_behind()
    {
        await ObjectStoreProbe.RunAsync(Store, Token);
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task A_key_is_created_once_and_keeps_its_content()
    {
        Assert.True(await Store.TryCreateAsync("a/b", Bytes(1, 2), Token));
        Assert.False(await Store.TryCreateAsync("a/b", Bytes(3), Token));
        Assert.Equal([1, 2], await ReadAsync("a/b"));
    }

    [Fact]
    public async Task Of_racing_creates_through_two_instances_exactly_one_wins_every_time()
    {
        await using var second = Open();
        for (var round = 0; round < 10; round++)
        {
            var key = $"race/{round}";
            var won = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(
                () => (second is not MemoryObjectStore && i % 2 == 0 ? second : Store).TryCreateAsync(key, Bytes((byte)i, (byte)i), Token), Token)));
            var winner = Assert.Single(won.Index(), pair => pair.Item).Index;
            Assert.Equal([(byte)winner, (byte)winner], await ReadAsync(key));
        }
    }

    [Fact]
    public async Task A_put_replaces_the_whole_object()
    {
        await Store.PutAsync("k", Bytes(1, 2, 3), Token);
        await Store.PutAsync("k", Bytes(4), Token);
        Assert.Equal([4], await ReadAsync("k"));
    }

    [Fact]
    public async Task Content_of_several_pieces_is_written_in_order()
    {
        var content = new Executor.Shuffle.Engine.Buffers.ByteSequence();
        for (var i = 0; i < 2000; i++)
        {
            content.Append(new[] { (byte)i });
        }

        await Store.PutAsync("pieces", content.ToSequence(), Token);
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => (byte)i), await ReadAsync("pieces", 4000));
    }

    [Theory]
    [InlineData(0, 3, new byte[] { 0, 1, 2 })]
    [InlineData(8, 5, new byte[] { 8, 9 })]
    [InlineData(10, 5, new byte[0])]
    [InlineData(99, 5, new byte[0])]
    [InlineData(-1, 2, new byte[] { 8, 9 })]
    [InlineData(-1, 50, new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    public async Task A_range_is_read_as_far_as_the_object_reaches(int offset, int length, byte[] expected)
    {
        await Store.PutAsync("k", Bytes([.. Enumerable.Range(0, 10).Select(i => (byte)i)]), Token);
        var buffer = new byte[length];
        var read = await Store.GetAsync("k", offset < 0 ? ObjectRange.Last(length) : ObjectRange.From(offset, length), buffer, Token);
        Assert.Equal(new ObjectRead(expected.Length, 10), read);
        Assert.Equal(expected, buffer[..expected.Length]);
    }

    [Fact]
    public async Task A_range_is_scattered_over_pieces_in_order()
    {
        await Store.PutAsync("k", Bytes([.. Enumerable.Range(0, 10).Select(i => (byte)i)]), Token);
        var buffer = new byte[12];
        Memory<byte>[] pieces = [buffer.AsMemory(8, 1), buffer.AsMemory(0, 3), Memory<byte>.Empty, buffer.AsMemory(4, 4)];
        var read = await Store.ScatterAsync("k", ObjectRange.From(3, 7), pieces, Token);
        Assert.Equal(new ObjectRead(7, 10), read);
        Assert.Equal([4, 5, 6, 0, 7, 8, 9, 0, 3, 0, 0, 0], buffer);
    }

    [Fact]
    public async Task An_empty_object_is_created_read_and_listed()
    {
        Assert.True(await Store.TryCreateAsync("empty", default, Token));
        Assert.False(await Store.TryCreateAsync("empty", default, Token));
        Assert.Equal(new ObjectRead(0, 0), await Store.GetAsync("empty", ObjectRange.From(0, 5), new byte[5], Token));
        Assert.Equal(new ObjectRead(0, 0), await Store.GetAsync("empty", ObjectRange.Last(5), new byte[5], Token));
        Assert.Equal(new ObjectRead(0, 0), await Store.GetAsync("empty", ObjectRange.From(0, 0), default, Token));
        Assert.Equal(["empty"], await ListAsync(""));
    }

    [Fact]
    public async Task A_cancelled_token_ends_every_operation()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        foreach (var action in (Func<Task>[])
            [
                () => Store.PutAsync("k", Bytes(1), cancelled.Token),
                () => Store.TryCreateAsync("k", Bytes(1), cancelled.Token),
                () => Store.DeleteAsync("k", cancelled.Token),
            ])
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(action);
        }

        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_may_be_deleted()
    {
        Assert.Null(await Store.GetAsync("no/such", ObjectRange.From(0, 1), new byte[1], Token));
        await Store.DeleteAsync("no/such", Token);
        await Store.PutAsync("k/x", Bytes(1), Token);
        await Store.DeleteAsync("k/x", Token);
        Assert.Null(await Store.GetAsync("k/x", ObjectRange.From(0, 1), new byte[1], Token));
        Assert.True(await Store.TryCreateAsync("k/x", Bytes(2), Token));
    }

    [Fact]
    public async Task Listings_are_ordered_by_the_bytes_of_keys_and_cut_by_prefix()
    {
        string[] keys = ["a", "b/1", "b-1", "b.1", "b0", "b/10", "b/2/x", "B/1", "c"];
        foreach (var key in keys.Where(key => key != "b"))
        {
            await Store.PutAsync(key, Bytes(1, 2), Token);
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), await ListAsync(""));
        foreach (var prefix in (string[])["b", "b/", "b/1", "b/2/", "b/2/x", "z", "b/1/"])
        {
            Assert.Equal(keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal), await ListAsync(prefix));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a/.hidden")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("ä")]
    public async Task Keys_that_could_lead_elsewhere_are_refused(string key)
    {
        foreach (var action in (Func<Task>[])
            [
                () => Store.PutAsync(key, Bytes(1), Token),
                () => Store.TryCreateAsync(key, Bytes(1), Token),
                () => Store.GetAsync(key, ObjectRange.From(0, 1), new byte[1], Token),
                () => Store.DeleteAsync(key, Token),
            ])
        {
            Assert.Equal(ObjectStoreError.InvalidKey, (await Assert.ThrowsAsync<ObjectStoreException>(action)).Error);
        }
    }

    private static ReadOnlySequence<byte> Bytes(params byte[] bytes) => new(bytes);

    private async Task<byte[]> ReadAsync(string key, int most = 100)
    {
        var buffer = new byte[most];
        var read = await Store.GetAsync(key, ObjectRange.From(0, most), buffer, Token);
        return buffer[..read!.Value.Count];
    }

    private async Task<List<string>> ListAsync(string prefix)
    {
        var keys = new List<string>();
        await foreach (var entry in Store.ListAsync(prefix, Token))
        {
            keys.Add(entry.Key);
        }

        return keys;
    }
}

public sealed class MemoryObjectStoreTests : ObjectStoreConformance
{
    protected override IObjectStore Open() => new MemoryObjectStore();
}

public sealed class DirectoryObjectStoreConformance : ObjectStoreConformance
{
    private readonly TemporaryFolder _folder = new();

    protected override IObjectStore Open() => new DirectoryObjectStore(_folder.Path);

    protected override ValueTask ReleaseAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
