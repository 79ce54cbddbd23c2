using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Executor.Bundling;
using Executor.Contracts.Bundles;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.TestKit;
using Executor.Tests.Driving;
using Xunit;

namespace Executor.Tests.Bundling;

/// <summary>From a folder to the records of a run.</summary>
public sealed class BundleTests : IDisposable
{
    private const string Run = "r1";

    private readonly TemporaryDirectory _folder = new("executor-bundle-");
    private readonly MemoryRunRecords _records = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Equal_folders_make_equal_bytes()
    {
        WriteScripts("a");
        WriteScripts("b");
        File.SetLastWriteTimeUtc(_folder.PathOf("b", "run.sh"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));

        var first = await BuildAsync("a", "cache1");
        var second = await BuildAsync("b", "cache2");

        Assert.Equal(first.Code, second.Code);
        Assert.Equal(await ReadAsync(first.Archive), await ReadAsync(second.Archive));
    }

    [Fact]
    public async Task An_archive_holds_what_the_folder_holds()
    {
        WriteScripts("a");
        var deep = string.Join('/', Enumerable.Repeat("a-rather-long-name", 12));
        _folder.Write($"a/{deep}/é.txt", "deep");

        var bundle = await BuildAsync("a", "cache");

        await using var file = File.OpenRead(bundle.Archive);
        await using var tar = new TarReader(new GZipStream(file, CompressionMode.Decompress));
        var found = new Dictionary<string, (TarEntryType Type, bool Executable, string? Content)>();
        while (await tar.GetNextEntryAsync(copyData: false, TestContext.Current.CancellationToken) is { } entry)
        {
            var content = entry.DataStream is { } data ? await new StreamReader(data).ReadToEndAsync(TestContext.Current.CancellationToken) : entry.LinkName;
            found[entry.Name] = (entry.EntryType, (entry.Mode & UnixFileMode.OtherExecute) != 0, content);
            Assert.Equal((DateTimeOffset.UnixEpoch, 0, 0), (entry.ModificationTime, entry.Uid, entry.Gid));
        }

        Assert.Equal(bundle.Manifest.Entries, found.Count);
        Assert.Equal((TarEntryType.RegularFile, true, "echo 1"), found["run.sh"]);
        Assert.Equal((TarEntryType.RegularFile, false, "1"), found["lib/x.awk"]);
        Assert.Equal((TarEntryType.SymbolicLink, true, "lib/x.awk"), found["x"]);
        Assert.Equal((TarEntryType.RegularFile, false, "deep"), found[$"{deep}/é.txt"]);
        Assert.Equal(TarEntryType.Directory, found["lib/"].Type);
    }

    [Fact]
    public async Task A_folder_is_packed_once_and_again_where_its_archive_is_cut()
    {
        WriteScripts("a");
        var first = await BuildAsync("a", "cache");
        File.SetLastWriteTimeUtc(first.Archive, DateTime.UnixEpoch);
        Assert.Equal(first.Archive, (await BuildAsync("a", "cache")).Archive);
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(first.Archive));

        File.WriteAllBytes(first.Archive, [1, 2, 3]);

        Assert.Equal(first.Code, (await BuildAsync("a", "cache")).Code);
        Assert.Equal(first.Code.ArchiveBytes, new FileInfo(first.Archive).Length);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.PathOf("cache")));
    }

    [Theory]
    [InlineData("echo 2")]
    [InlineData("echo")]
    public async Task A_file_that_changes_between_listing_and_packing_is_told(string content)
    {
        WriteScripts("a");
        var tree = CodeTree.Read(_folder.PathOf("a"));
        _folder.Write("a/run.sh", content);

        var refused = await Assert.ThrowsAsync<BundleException>(
            () => new BundleBuilder(_folder.PathOf("cache"), _time).BuildAsync(tree, TestContext.Current.CancellationToken));

        Assert.Contains("run.sh was changed while it was read", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.PathOf("cache")));
    }

    [Fact]
    public async Task What_nothing_asked_for_in_a_month_leaves_the_cache_when_something_new_comes()
    {
        Assert.All((string[])["used", "unused", "new"], name => _folder.Write($"{name}/run.sh", name));
        var used = await BuildAsync("used", "cache");
        var unused = await BuildAsync("unused", "cache");
        _time.Advance(BundleBuilder.Kept - TimeSpan.FromDays(1));
        await BuildAsync("used", "cache");
        _time.Advance(TimeSpan.FromDays(2));
        Assert.True(File.Exists(unused.Archive));

        var added = await BuildAsync("new", "cache");

        Assert.Equal((true, false, true), (File.Exists(used.Archive), File.Exists(unused.Archive), File.Exists(added.Archive)));
        Assert.Equal(unused.Code, (await BuildAsync("unused", "cache")).Code);
    }

    [Fact]
    public async Task Of_a_file_that_grows_meanwhile_what_was_listed_is_packed()
    {
        WriteScripts("a");
        var expected = await BuildAsync("a", "cache");
        var tree = CodeTree.Read(_folder.PathOf("a"));
        File.AppendAllText(_folder.PathOf("a", "run.sh"), " and more");

        var packed = await new BundleBuilder(_folder.PathOf("another"), _time).BuildAsync(tree, TestContext.Current.CancellationToken);

        Assert.Equal(expected.Code, packed.Code);
    }

    [Fact]
    public async Task Records_hold_the_archive_in_parts_and_the_manifest_last()
    {
        var bundle = await BuildLargeAsync();
        var order = new List<string>();
        _records.FailAfter = (operation, key) =>
        {
            if (operation == "create")
            {
                order.Add(key);
            }

            return false;
        };

        await BundleStore.PutAsync(_records, Run, bundle, TestContext.Current.CancellationToken);

        Assert.Equal([.. bundle.Manifest.Parts.Select(part => RecordKeys.Blob(part.Sha256)), RecordKeys.Blob(bundle.Code.Manifest)], order);
        var manifest = BundleManifest.Read((await GetAsync(bundle.Code.Manifest)).Span);
        var joined = new List<byte>();
        foreach (var part in manifest.Parts)
        {
            joined.AddRange((await GetAsync(part.Sha256)).Span);
        }

        Assert.Equal(await ReadAsync(bundle.Archive), joined);
    }

    [Fact]
    public async Task Putting_again_writes_nothing_and_a_cut_put_goes_on_where_it_was()
    {
        var bundle = await BuildLargeAsync();
        var last = RecordKeys.Blob(bundle.Manifest.Parts[^1].Sha256);
        _records.FailBefore = (operation, key) => operation == "create" && key == last;
        await Assert.ThrowsAsync<ShuffleException>(() => BundleStore.PutAsync(_records, Run, bundle, TestContext.Current.CancellationToken));
        Assert.Null(await _records.GetAsync(Run, RecordKeys.Blob(bundle.Code.Manifest), TestContext.Current.CancellationToken));
        var before = _records.Creates;
        _records.FailBefore = null;

        await BundleStore.PutAsync(_records, Run, bundle, TestContext.Current.CancellationToken);
        Assert.Equal(2, _records.Creates - before);

        await BundleStore.PutAsync(_records, Run, bundle, TestContext.Current.CancellationToken);
        Assert.Equal(2, _records.Creates - before);
    }

    [Fact]
    public async Task A_damaged_archive_is_not_put()
    {
        WriteScripts("a");
        var bundle = await BuildAsync("a", "cache");
        var bytes = await ReadAsync(bundle.Archive);
        bytes[20] ^= 1;
        await File.WriteAllBytesAsync(bundle.Archive, bytes, TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<BundleException>(
            () => BundleStore.PutAsync(_records, Run, bundle, TestContext.Current.CancellationToken));

        Assert.Contains("is damaged", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_records.Keys);
    }

    [Fact]
    public async Task A_value_has_the_name_of_its_hash_and_may_be_put_twice()
    {
        byte[] value = [1, 2, 3];
        var expected = Convert.ToHexStringLower(SHA256.HashData(value));

        Assert.Equal(expected, await RunBlobs.PutAsync(_records, Run, value, TestContext.Current.CancellationToken));
        Assert.Equal(expected, await RunBlobs.PutAsync(_records, Run, value, TestContext.Current.CancellationToken));
        Assert.Equal([RecordKeys.Blob(expected)], _records.Keys);

        _records.Put(RecordKeys.Blob(expected), [9]);
        var refused = await Assert.ThrowsAsync<ShuffleException>(() => RunBlobs.PutAsync(_records, Run, value, TestContext.Current.CancellationToken));
        Assert.Equal(ShuffleError.DataLoss, refused.Error);
    }

    private void WriteScripts(string name)
    {
        _folder.Write($"{name}/run.sh", "echo 1");
        File.SetUnixFileMode(_folder.PathOf(name, "run.sh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _folder.Write($"{name}/lib/x.awk", "1");
        File.CreateSymbolicLink(_folder.PathOf(name, "x"), "lib/x.awk");
    }

    private Task<Bundle> BuildLargeAsync()
    {
        const int seed = 5;
        var bytes = new byte[9_000_000];
        new Random(seed).NextBytes(bytes);
        Directory.CreateDirectory(_folder.PathOf("large"));
        File.WriteAllBytes(_folder.PathOf("large", "model"), bytes);
        return BuildAsync("large", "cache");
    }

    private Task<Bundle> BuildAsync(string name, string cache) =>
        new BundleBuilder(_folder.PathOf(cache), _time).BuildAsync(CodeTree.Read(_folder.PathOf(name)), TestContext.Current.CancellationToken);

    private async Task<ReadOnlyMemory<byte>> GetAsync(string sha256) =>
        (await _records.GetAsync(Run, RecordKeys.Blob(sha256), TestContext.Current.CancellationToken))!.Value;

    private static Task<byte[]> ReadAsync(string file) => File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
}
