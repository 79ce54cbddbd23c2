using System.Formats.Tar;
using System.IO.Compression;
using Executor.Contracts.Bundles;
using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Tests.Code;

/// <summary>Archives that their hash names rightly, and that no honest executor has made.</summary>
public sealed class HostileCodeTests : IAsyncLifetime
{
    private readonly AttemptHarness _harness = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    public static TheoryData<string, string> Escapes() => new()
    {
        { "absolute", "lies outside its folder" },
        { "parent", "lies outside its folder" },
        { "parent in the middle", "lies outside its folder" },
        { "absolute link", "leads outside its folder" },
        { "link to the parent", "leads outside its folder" },
        { "link through a link", "leads outside its folder" },
        { "through a link", "not a folder of the archive" },
        { "over a link", "is there twice" },
        { "twice", "is there twice" },
        { "hard link", "is of type HardLink" },
        { "pipe", "is of type Fifo" },
        { "without its folder", "not a folder of the archive" },
    };

    [Theory]
    [MemberData(nameof(Escapes))]
    public async Task Nothing_is_written_outside_or_over_something_else(string kind, string expected)
    {
        var outside = Path.Combine(_harness.Folder, "outside");
        var evil = PackedCode.File(outside, "evil");
        var result = await RunAsync(PackedCode.Of(kind switch
        {
            "absolute" => [evil],
            "parent" => [PackedCode.File("../../outside", "evil")],
            "parent in the middle" => [PackedCode.Folder("a"), PackedCode.File("a/../../../outside", "evil")],
            "absolute link" => [PackedCode.Link("a", outside)],
            "link to the parent" => [PackedCode.Folder("a"), PackedCode.Link("a/b", "../../outside")],
            "link through a link" => [PackedCode.Folder("a"), PackedCode.Link("a/top", ".."), PackedCode.Link("b", "a/top/../outside")],
            "through a link" => [PackedCode.Folder("a"), PackedCode.Link("b", "a"), PackedCode.File("b/c", "evil")],
            "over a link" => [PackedCode.Link("a", "nothing"), PackedCode.File("a", "evil")],
            "twice" => [PackedCode.File("a", "1"), PackedCode.File("a", "2")],
            "hard link" => [PackedCode.File("a", "1"), PackedCode.Link("b", "a", TarEntryType.HardLink)],
            "pipe" => [new GnuTarEntry(TarEntryType.Fifo, "a")],
            _ => [PackedCode.File("a/b", "1")],
        }));

        Assert.Equal((RunnerExitCodes.InvalidDescriptor, AttemptFailure.Configuration), (result.ExitCode, result.Report.Failure));
        Assert.Contains(expected, result.Report.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(outside));
    }

    [Fact]
    public async Task More_than_was_announced_is_not_unpacked()
    {
        var bomb = PackedCode.Of(PackedCode.File("zeros", new byte[20_000_000]));

        var bytes = await RunAsync(bomb.With(manifest => manifest with { ContentBytes = 1000 }));
        var entries = await RunAsync(PackedCode.Of(PackedCode.File("a", "1"), PackedCode.File("b", "2")).With(manifest => manifest with { Entries = 1 }));
        var fewer = await RunAsync(PackedCode.Of(PackedCode.File("a", "1")).With(manifest => manifest with { Entries = 2 }));

        Assert.Contains("more than the 1000 bytes", bytes.Report.Error, StringComparison.Ordinal);
        Assert.Contains("more than the 1 entries", entries.Report.Error, StringComparison.Ordinal);
        Assert.Contains("expected 2 with 1", fewer.Report.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_are_larger_than_paths_may_be_are_not_read_to_their_end()
    {
        var result = await RunAsync(PackedCode.Of(PackedCode.File(new string('a', 3_000_000), "1")));

        Assert.Equal(RunnerExitCodes.InvalidDescriptor, result.ExitCode);
        Assert.Contains("it unpacks to more than the", result.Report.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_archive_is_refused()
    {
        var noise = new byte[5000];
        new Random(3).NextBytes(noise);
        var whole = PackedCode.Of(PackedCode.File("a", noise));

        var text = await RunAsync(PackedCode.Of("no archive"u8.ToArray(), 1, 1));
        var cut = await RunAsync(PackedCode.Of(Archive(noise)[..2000], 1, noise.Length));

        Assert.Contains("not a whole archive", text.Report.Error, StringComparison.Ordinal);
        Assert.Contains("not a whole archive", cut.Report.Error, StringComparison.Ordinal);
        Assert.True((await RunAsync(whole)).ExitCode == 0);
    }

    [Theory]
    [InlineData("too much", "bytes, expected at most")]
    [InlineData("too many", "entries, expected at most")]
    [InlineData("a short part", "expected a SHA-256 in hex")]
    [InlineData("another size", "as in the descriptor")]
    public async Task A_manifest_beyond_the_limits_is_refused(string kind, string expected)
    {
        var code = PackedCode.Of(PackedCode.File("a", "1"));
        var part = code.Manifest.Parts[0];
        var result = await RunAsync(code.With(manifest => kind switch
        {
            "too much" => manifest with { ContentBytes = BundleLimits.MaxContentBytes + 1 },
            "too many" => manifest with { Entries = BundleLimits.MaxEntries + 1 },
            "a short part" => manifest with { Parts = [part, part] },
            _ => manifest with { Parts = [part with { Bytes = part.Bytes + 1 }] },
        }));

        Assert.Equal(RunnerExitCodes.InvalidDescriptor, result.ExitCode);
        Assert.Contains(expected, result.Report.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"contentBytes":1,"entries":1,"parts":null}""")]
    [InlineData("""{"contentBytes":1,"entries":1,"parts":[]}""")]
    [InlineData("""{"contentBytes":1,"entries":1,"parts":[null]}""")]
    [InlineData("""{"contentBytes":1,"entries":1,"parts":[{"bytes":1}]}""")]
    public void What_is_no_manifest_is_refused(string json) =>
        Assert.Throws<FormatException>(() => BundleManifest.Read(System.Text.Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("a", "b", true)]
    [InlineData("a", "./b/", true)]
    [InlineData("a", "..", false)]
    [InlineData("a/b/c", "../../d", true)]
    [InlineData("a/b/c", "../../../d", false)]
    [InlineData("a/b", "c/../d", false)]
    [InlineData("a", "/b", false)]
    [InlineData("a", "b//c", false)]
    [InlineData("a", "", false)]
    public void A_link_stays_inside_whatever_it_leads_through(string link, string target, bool inside) =>
        Assert.Equal(inside, BundlePaths.IsInside(link, target));

    private static byte[] Archive(byte[] content)
    {
        using var archive = new MemoryStream();
        using (var compressed = new GZipStream(archive, CompressionLevel.NoCompression, leaveOpen: true))
        using (var tar = new TarWriter(compressed, TarEntryFormat.Gnu))
        {
            tar.WriteEntry(PackedCode.File("a", content));
        }

        return archive.ToArray();
    }

    private async Task<AttemptResult> RunAsync(PackedCode code)
    {
        await code.PutAsync(_harness.Records);
        return await _harness.RunAsync(AttemptHarness.Shell("code", "true") with { Code = code.Code });
    }
}
