using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Executor.Shuffle.Engine.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Shuffle.Tests.Hosting;

public sealed class MonitoringServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_scrape_that_was_waited_for_reaches_its_client_though_the_server_is_closed_at_once()
    {
        using var meter = new Meter("test");
        meter.CreateObservableGauge("executor_number", () => 20_001);
        for (var round = 0; round < 50; round++)
        {
            var server = await StartAsync(meter);
            using var client = new HttpClient();
            var waited = server.NextScrapeAsync(Token);
            var scrape = client.GetStringAsync(new Uri(server.Address, "/metrics"), Token);
            await waited;
            await server.DisposeAsync();
            Assert.Contains("executor_number 20001", await scrape, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_client_that_never_finishes_its_request_does_not_keep_the_server_from_closing()
    {
        using var meter = new Meter("test");
        var server = await StartAsync(meter);
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port, Token);
        await client.GetStream().WriteAsync("GET /metrics HTTP/1.1\r\nHost: x\r\n"u8.ToArray(), Token);
        await server.DisposeAsync();
    }

    private static Task<MonitoringServer> StartAsync(Meter meter) =>
        MonitoringServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), meter, () => new(true, "ready"), NullLoggerFactory.Instance, Token);
}
