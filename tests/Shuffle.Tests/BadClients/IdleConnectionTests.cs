using System.Globalization;
using System.Net.Sockets;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects.InMemory;
using Shuffle.Tests.Hosting;

namespace Shuffle.Tests.BadClients;

/// <summary>Connections that are opened and then left alone.</summary>
public sealed class IdleConnectionTests
{
    private const int Connections = 10_000;
    private const long MaxBytesPerConnection = 48 << 10;

    private static readonly byte[] Preface = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_idle_connections_cost_little_memory_and_harm_nobody()
    {
        using var folder = new TemporaryFolder();
        using var store = await StoreProcess.StartAsync(folder.Path, 0, Token);
        await GoodClient.WorksAsync(store.Address, store.OperatorKey, Token);
        var before = ResidentBytesOf(store.Id);

        // Both ends of each are open files, those of the store in its own process.
        var count = (int)Math.Min(Connections, (FileDescriptors.Limit ?? long.MaxValue) - 2000);
        Assert.True(count > 1000, $"{FileDescriptors.Limit} open files are too few for this test (ulimit -n)");
        var idle = new List<Socket>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                idle.Add(await ConnectAsync(store.Address, greets: i % 2 == 0));
            }

            await GoodClient.WorksAsync(store.Address, store.OperatorKey, Token);
            var cost = ResidentBytesOf(store.Id) - before;
            TestContext.Current.TestOutputHelper?.WriteLine($"{count} idle connections cost {cost >> 20} MiB beside {before >> 20}: {cost / count} bytes each");
            Assert.InRange(cost, long.MinValue, count * MaxBytesPerConnection);
        }
        finally
        {
            idle.ForEach(socket => socket.Close(0));
        }

        await GoodClient.WorksAsync(store.Address, store.OperatorKey, Token);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_at_once_with_one_line_in_the_log()
    {
        using var log = new LogLines();
        await using var host = await ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore(), MaxConnections = 20, LoggerFactory = log }, Token);
        var allowed = new List<Socket>();
        for (var i = 0; i < 20; i++)
        {
            var socket = await ConnectAsync(host.Address, greets: true);
            Assert.NotEqual(0, await ReceiveAsync(socket));
            allowed.Add(socket);
        }

        for (var i = 0; i < 30; i++)
        {
            try
            {
                using var refused = await ConnectAsync(host.Address, greets: false);
                Assert.Equal(0, await ReceiveAsync(refused));
            }
            catch (SocketException)
            {
                // Closed before this side had noticed that it was open.
            }
        }

        Assert.Contains("20 are open, as many as are allowed (--max-connections)", Assert.Single(log.Lines, line => line.Contains("closed at once", StringComparison.Ordinal)), StringComparison.Ordinal);
        allowed.ForEach(socket => socket.Close(0));
        await GoodClient.WorksAsync(host, Token);
    }

    [Theory]
    [InlineData("Limit                     Soft Limit           Hard Limit           Units", "Max open files            1024                 524288               files", 1024L)]
    [InlineData("Max processes             1                    1                    processes", "Max open files            unlimited            unlimited            files", null)]
    [InlineData("", "", null)]
    public void The_limit_of_open_files_is_the_soft_one(string one, string other, long? limit) => Assert.Equal(limit, FileDescriptors.Parse([one, other]));

    private static async Task<Socket> ConnectAsync(Uri address, bool greets)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port, Token);
        if (greets)
        {
            await socket.SendAsync(Preface, Token);
        }

        return socket;
    }

    /// <summary>What comes next: so many bytes, or none if the connection is closed.</summary>
    private static async Task<int> ReceiveAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[100], Token);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static long ResidentBytesOf(int process)
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status")).First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) << 10;
    }
}
