using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Hosting;

/// <summary>The store as a process of its own, ended the hard way.</summary>
public sealed class StoreProcessTests
{
    private const string Run = "run-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_store_has_lost_nothing_that_it_acknowledged_and_writers_go_on_when_it_is_back()
    {
        using var folder = new TemporaryFolder();
        using var first = await StoreProcess.StartAsync(folder.Path, 0, Token);
        var options = new FlightChannelOptions { Endpoints = [first.Address], Key = first.OperatorKey, MaxTries = 60, FirstDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromMilliseconds(500) };
        await using var channel = new FlightShuffleChannel(options);
        await using var records = new FlightRunRecords(options);
        var payload = SampleData.Numbers(new Random(1), 50_000);
        var done = await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 1, Enumerable.Repeat((0, payload), 10), Token);
        await channel.CommitAsync(done, Token);
        await records.CreateAsync(Run, RecordKeys.JournalAt(0), new byte[] { 1 }, Token);

        await using var output = await channel.OpenWriterAsync(SampleData.Target(SampleData.Writer(Run, 1), 1), SampleData.Schema(), Token);
        for (var i = 0; i < 5; i++)
        {
            await output.WriteAsync(SampleData.Block(1, 0, i, payload), Token);
        }

        first.Kill();
        using var second = await StoreProcess.StartAsync(folder.Path, first.Address.Port, Token);
        for (var i = 5; i < 10; i++)
        {
            await output.WriteAsync(SampleData.Block(1, 0, i, payload), Token);
        }

        var segments = await output.CompleteAsync(Token);
        await channel.CommitAsync(
            done with { Writer = SampleData.Writer(Run, 1), Outputs = [done.Outputs[0] with { Segments = segments, Partitions = [StatisticsOf(1, payload, 10)] }] }, Token);
        await records.SealAsync(SampleData.SealOf(Run, 1, 0, 0), Token);

        var count = 0;
        await foreach (var block in channel.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0)), Token))
        {
            Assert.Equal(payload.Length, block.Payload.Length);
            count++;
        }

        Assert.Equal(20, count);
        Assert.Equal([1], (await records.GetAsync(Run, RecordKeys.JournalAt(0), Token))!.Value.ToArray());
        Assert.Empty((await records.VerifyAsync(Run, Token)).Losses);
        Assert.Equal(0, await second.TerminateAsync(Token));
    }

    [Theory]
    [InlineData("--listen", "--listen", "nonsense", "--directory", "x")]
    [InlineData("--directory")]
    [InlineData("--window-mib", "--directory", "x", "--window-mib", "0")]
    [InlineData("--window-mib", "--directory", "x", "--window-mib", "much")]
    [InlineData("--delete-runs-after-hours", "--directory", "x", "--delete-runs-after-hours", "soon")]
    [InlineData("--metrics-listen", "--directory", "x", "--metrics-listen", "8816")]
    [InlineData("--ingest-budget-mib", "--directory", "x", "--window-mib", "200")]
    [InlineData("--nonsense", "--directory", "x", "--nonsense")]
    [InlineData("--tls-key-file", "--directory", "x", "--tls-cert-file", "tls.crt")]
    [InlineData("--tls-cert-file", "--directory", "x", "--tls-key-file", "tls.key")]
    [InlineData("--s3-bucket", "--directory", "x", "--s3-bucket", "b")]
    [InlineData("--s3-region", "--directory", "x", "--s3-region", "r")]
    [InlineData("--s3-path-style", "--directory", "x", "--s3-path-style")]
    [InlineData("--key-file", "--s3-bucket", "b")]
    [InlineData("--s3-secret-key-file", "--s3-bucket", "b", "--key-file", "k", "--s3-access-key-file", "a")]
    [InlineData("--s3-session-token-file", "--s3-bucket", "b", "--key-file", "k", "--s3-session-token-file", "t")]
    [InlineData("--s3-endpoint", "--s3-bucket", "b", "--key-file", "k", "--s3-endpoint", "https://host/path")]
    [InlineData("--s3-prefix", "--s3-bucket", "b", "--key-file", "k", "--s3-prefix", "no-slash")]
    [InlineData("--s3-encryption", "--s3-bucket", "b", "--key-file", "k", "--s3-encryption", "rot13")]
    [InlineData("--s3-kms-key", "--s3-bucket", "b", "--key-file", "k", "--s3-kms-key", "id")]
    [InlineData("--s3-ca-file", "--s3-bucket", "b", "--key-file", "k", "--s3-endpoint", "http://host", "--s3-ca-file", "c")]
    [InlineData("--s3-part-mib", "--s3-bucket", "b", "--key-file", "k", "--s3-part-mib", "4")]
    [InlineData("--s3-part-mib", "--s3-bucket", "b", "--key-file", "k", "--s3-part-mib", "four")]
    public async Task A_wrong_flag_is_named_and_nothing_is_started(string named, params string[] arguments)
    {
        var (code, error) = await StoreProcess.FailAsync(Token, arguments);
        Assert.Equal(2, code);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_of_the_bucket_that_is_missing_is_named()
    {
        using var folder = new TemporaryFolder();
        var missing = Path.Combine(folder.Path, "missing");
        var (code, error) = await StoreProcess.FailAsync(
            Token, "--s3-bucket", "b", "--key-file", Path.Combine(folder.Path, "key"), "--s3-access-key-file", missing, "--s3-secret-key-file", missing);
        Assert.Equal(2, code);
        Assert.Contains($"--s3-access-key-file: there is no file {missing}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_linked_key_file_is_measured_by_what_it_links_to()
    {
        using var folder = new TemporaryFolder();
        var link = Path.Combine(folder.Path, "link");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "key"), "short", Token);
        File.CreateSymbolicLink(link, "key");
        var (code, error) = await StoreProcess.FailAsync(Token, "--directory", folder.Path, "--listen", "127.0.0.1:0", "--key-file", link);
        Assert.Equal(2, code);
        Assert.Contains("holds 5 bytes", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 3)]
    public async Task A_certificate_that_cannot_be_used_ends_the_process_with_its_name(bool isThere, int expected)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "tls.crt");
        if (isThere)
        {
            await File.WriteAllTextAsync(file, "nonsense", Token);
        }

        var (code, error) = await StoreProcess.FailAsync(
            Token, "--directory", folder.Path, "--listen", "127.0.0.1:0", "--tls-cert-file", file, "--tls-key-file", file);
        Assert.Equal(expected, code);
        Assert.Contains(file, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_ends_the_process_with_its_name()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "x", Token);
        var (code, error) = await StoreProcess.FailAsync(Token, "--directory", file, "--listen", "127.0.0.1:0");
        Assert.Equal(3, code);
        Assert.Contains(file, error, StringComparison.Ordinal);
    }

    private static PartitionStatistics StatisticsOf(int index, byte[] payload, int blocks)
    {
        var sum = new PartitionStatistics(0, 0, 0, 0, 0);
        for (var sequence = 0; sequence < blocks; sequence++)
        {
            var header = SampleData.Block(index, 0, sequence, payload).Header;
            sum = sum.PlusBlock(header.Rows, header.Length, Executor.Contracts.Integrity.BlockDigest.Of(index, sequence, header.Crc32C));
        }

        return sum;
    }
}
