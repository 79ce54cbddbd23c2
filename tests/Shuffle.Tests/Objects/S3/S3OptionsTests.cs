using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.S3;
using Executor.Shuffle.S3.Configuration;
using Executor.TestKit;

namespace Shuffle.Tests.Objects.S3;

public sealed class S3OptionsTests
{
    private static readonly S3ObjectStoreOptions Sound = new() { Bucket = "b", Endpoint = new Uri("https://s3.example.com:9000") };

    public static TheoryData<string> Endpoints => ["ftp://host", "https://host/path", "https://user:secret@host", "https://host/?query"];

    [Fact]
    public void Options_as_they_should_be_are_accepted()
    {
        Sound.Validate();
        (Sound with { Endpoint = null, Prefix = "team/executor/" }).Validate();
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public void An_endpoint_is_scheme_host_and_port_and_a_wrong_one_is_not_repeated(string endpoint)
    {
        var failure = Assert.Throws<ArgumentException>((Sound with { Endpoint = new Uri(endpoint) }).Validate);
        Assert.StartsWith("Endpoint:", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("/")]
    [InlineData("/a/")]
    [InlineData("a//")]
    [InlineData("ä/")]
    [InlineData(".a/")]
    public void A_prefix_is_made_of_segments_each_followed_by_a_slash(string prefix) =>
        Assert.StartsWith("Prefix:", Assert.Throws<ArgumentException>((Sound with { Prefix = prefix }).Validate).Message, StringComparison.Ordinal);

    [Fact]
    public void An_option_out_of_its_range_is_named()
    {
        foreach (var (name, options) in (IEnumerable<(string, S3ObjectStoreOptions)>)
            [
                ("Bucket", Sound with { Bucket = "" }),
                ("PartBytes", Sound with { PartBytes = S3ObjectStoreOptions.MinPartBytes - 1 }),
                ("Parallelism", Sound with { Parallelism = 0 }),
                ("MaxTries", Sound with { MaxTries = 0 }),
                ("RequestTimeout", Sound with { RequestTimeout = TimeSpan.Zero }),
            ])
        {
            Assert.StartsWith(name, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false, "(bucket.localhost:")]
    [InlineData(true, "(localhost:")]
    public async Task The_bucket_is_named_in_the_host_unless_it_is_to_be_named_in_the_path(bool usePathStyle, string reached)
    {
        using var folder = new TemporaryFolder();
        var key = Path.Combine(folder.Path, "key");
        await File.WriteAllTextAsync(key, "key", TestContext.Current.CancellationToken);
        await using var store = new S3ObjectStore(new S3ObjectStoreOptions
        {
            Bucket = "bucket",
            Endpoint = new Uri($"http://localhost:{FreePort.Find()}"),
            UsePathStyle = usePathStyle,
            KeyFiles = new S3KeyFiles(key, key),
            MaxTries = 1,
        });
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => store.DeleteAsync("k", TestContext.Current.CancellationToken));
        Assert.Contains(reached, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_CA_file_without_certificates_is_named()
    {
        using var folder = new TemporaryFolder();
        var empty = Path.Combine(folder.Path, "ca.pem");
        File.WriteAllText(empty, "no certificate");
        foreach (var file in (string[])[empty, Path.Combine(folder.Path, "missing")])
        {
            var failure = Assert.Throws<ObjectStoreException>(() => new S3ObjectStore(Sound with { CaFile = file }));
            Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        }
    }
}
