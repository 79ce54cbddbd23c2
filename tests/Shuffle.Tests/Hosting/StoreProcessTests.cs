using System.Diagnostics;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Security;
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
        using var first = await StoreProcess.StartAsync(folder.Path, 0);
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
        using var second = await StoreProcess.StartAsync(folder.Path, first.Address.Port);
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
        Assert.Equal(0, await second.TerminateAsync());
    }

    [Theory]
    [InlineData("--listen", "--listen", "nonsense", "--directory", "x")]
    [InlineData("--directory")]
    [InlineData("--window-mib", "--directory", "x", "--window-mib", "0")]
    [InlineData("--ingest-budget-mib", "--directory", "x", "--window-mib", "200")]
    [InlineData("--nonsense", "--directory", "x", "--nonsense")]
    [InlineData("--tls-key-file", "--directory", "x", "--tls-cert-file", "tls.crt")]
    [InlineData("--tls-cert-file", "--directory", "x", "--tls-key-file", "tls.key")]
    public async Task A_wrong_flag_is_named_and_nothing_is_started(string named, params string[] arguments)
    {
        var (code, error) = await StoreProcess.FailAsync(arguments);
        Assert.Equal(2, code);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_linked_key_file_is_measured_by_what_it_links_to()
    {
        using var folder = new TemporaryFolder();
        var link = Path.Combine(folder.Path, "link");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "key"), "short", Token);
        File.CreateSymbolicLink(link, "key");
        var (code, error) = await StoreProcess.FailAsync("--directory", folder.Path, "--listen", "127.0.0.1:0", "--key-file", link);
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
            "--directory", folder.Path, "--listen", "127.0.0.1:0", "--tls-cert-file", file, "--tls-key-file", file);
        Assert.Equal(expected, code);
        Assert.Contains(file, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_ends_the_process_with_its_name()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "x", Token);
        var (code, error) = await StoreProcess.FailAsync("--directory", file, "--listen", "127.0.0.1:0");
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

    private sealed class StoreProcess : IDisposable
    {
        private readonly Process _process;

        private StoreProcess(Process process, Uri address, string operatorKey) => (_process, Address, OperatorKey) = (process, address, operatorKey);

        internal Uri Address { get; }

        internal string OperatorKey { get; }

        internal static async Task<StoreProcess> StartAsync(string directory, int port)
        {
            var process = Start("--directory", directory, "--listen", $"127.0.0.1:{port}", "--linger-ms", "200");
            var line = await process.StandardOutput.ReadLineAsync(Token);
            Assert.StartsWith("listening on http://127.0.0.1:", line, StringComparison.Ordinal);
            var keys = new StoreKeys(MasterKeyFile.ReadOrCreate(Path.Combine(directory, "store.key")));
            return new StoreProcess(process, new Uri(line!["listening on ".Length..]), keys.OperatorKey);
        }

        internal static async Task<(int Code, string Error)> FailAsync(params string[] arguments)
        {
            using var process = Start(arguments);
            var error = await process.StandardError.ReadToEndAsync(Token);
            await process.WaitForExitAsync(Token);
            return (process.ExitCode, error);
        }

        internal void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
        }

        internal async Task<int> TerminateAsync()
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await _process.WaitForExitAsync(Token);
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            _process.Dispose();
        }

        private static Process Start(params string[] arguments)
        {
            var assembly = Path.Combine(AppContext.BaseDirectory, "shuffle-store.dll");
            var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
            return Process.Start(start)!;
        }
    }
}
