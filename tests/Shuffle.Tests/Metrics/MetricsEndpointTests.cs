using System.Net;
using System.Net.Http.Headers;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.TestKit;
using Shuffle.Tests.Channels;
using Shuffle.Tests.Hosting;

namespace Shuffle.Tests.Metrics;

public sealed class MetricsEndpointTests
{
    private const string Run = "run-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_scrape_of_a_store_process_shows_what_was_done()
    {
        using var folder = new TemporaryFolder();
        using var store = await StoreProcess.StartAsync(
            Path.Combine(folder.Path, "store.key"), 0, Token, "--directory", folder.Path, "--metrics-listen", "127.0.0.1:0");
        using var client = new HttpClient();
        var before = await ScrapeAsync(client, store.Metrics!);
        Assert.Equal(0, before.Sum("executor_store_calls_total"));
        var options = new FlightChannelOptions { Endpoints = [store.Address], Key = store.OperatorKey };
        await using var channel = new FlightShuffleChannel(options);
        await using var records = new FlightRunRecords(options);
        var payload = SampleData.Numbers(new Random(1), 10_000);
        var done = await SampleData.WriteAsync(channel, SampleData.Writer(Run, 0), 2, Enumerable.Range(0, 6).Select(i => (i % 2, payload)), Token);
        Assert.True((await channel.CommitAsync(done, Token)).Won);
        var late = done with { Writer = SampleData.Writer(Run, 0, incarnation: "pod-b") };
        Assert.False((await channel.CommitAsync(late, Token)).Won);
        await records.SealAsync(SampleData.SealOf(Run, 2, 0), Token);
        var read = 0;
        await foreach (var _ in channel.ReadAsync(new ReadSelection(new SealId(Run, SampleData.Output, 0), 1), Token))
        {
            read++;
        }

        await using (var stranger = new FlightRunRecords(options with { Key = "operator.00", MaxTries = 1 }))
        {
            await Assert.ThrowsAsync<ShuffleException>(() => stranger.DeleteRunAsync(Run, Token));
        }

        // A client has the answer of a call a moment before the store counts it.
        var metrics = before;
        await Poll.UntilAsync(
            async () => (metrics = await ScrapeAsync(client, store.Metrics!)).Sum("executor_store_calls_total") >= 6,
            TimeSpan.FromSeconds(30), () => "the count of all calls", Token);
        Assert.Equal(3, read);
        Assert.Equal(6, metrics["executor_store_received_blocks_total"]);
        Assert.Equal(6 * payload.Length, metrics["executor_store_received_bytes_total"]);
        Assert.Equal(3, metrics["executor_store_sent_blocks_total"]);
        Assert.Equal(3 * payload.Length, metrics["executor_store_sent_bytes_total"]);
        Assert.Equal(1, metrics["executor_store_commits_total{result=\"won\"}"]);
        Assert.Equal(1, metrics["executor_store_commits_total{result=\"lost\"}"]);
        Assert.Equal(2, metrics["executor_store_commit_seconds_count"]);
        Assert.Equal(1, metrics["executor_store_first_block_seconds_count"]);

        // A writer that has its last acknowledgement may be gone before the status reaches it.
        Assert.Equal(1, metrics.Sum("executor_store_calls_total", "call=\"DoPut\""));
        Assert.Equal(1, metrics["executor_store_calls_total{call=\"DoGet\",status=\"OK\"}"]);
        Assert.Equal(2, metrics["executor_store_calls_total{call=\"commit\",status=\"OK\"}"]);
        Assert.Equal(1, metrics["executor_store_calls_total{call=\"seal\",status=\"OK\"}"]);
        Assert.Equal(1, metrics["executor_store_calls_total{call=\"DoAction\",status=\"Unauthenticated\"}"]);
        Assert.Equal(1, metrics["executor_store_rejected_calls_total{reason=\"wrong_key\"}"]);
        Assert.Equal(1, metrics.Sum("executor_store_rejected_calls_total"));
        var segments = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Where(file => file.Contains("/segments/", StringComparison.Ordinal)).ToList();
        Assert.Equal(segments.Count, metrics.Sum("executor_store_segments_total", "result=\"written\""));
        Assert.Equal(segments.Count, metrics["executor_store_segment_fill_ratio_count"]);
        Assert.Equal(segments.Sum(file => new FileInfo(file).Length), metrics["executor_store_segment_bytes_total"]);
        Assert.Equal(segments.Count, metrics["executor_store_acknowledge_seconds_count"]);
        Assert.Equal(segments.Count, metrics["executor_store_object_operations_total{operation=\"put\",result=\"ok\"}"]);
        Assert.Equal(1, metrics["executor_store_object_operations_total{operation=\"create\",result=\"exists\"}"]);
        Assert.Equal(metrics.Sum("executor_store_object_operations_total"), metrics.Sum("executor_store_object_operation_seconds_count"));
        Assert.Equal(metrics.Sum("executor_store_object_operations_total"), metrics.Sum("executor_store_object_requests_total"));
        Assert.Equal(0, metrics["executor_store_open_streams"]);
        Assert.Equal(0, metrics["executor_store_budget_used_bytes{budget=\"ingest\"}"]);
        Assert.Equal(128 << 20, metrics["executor_store_budget_capacity_bytes{budget=\"read\"}"]);
        Assert.Equal(64 << 20, metrics["executor_store_budget_capacity_bytes{budget=\"receive\"}"]);
        Assert.Equal(64 << 20, metrics["executor_store_window_capacity_bytes"]);
        Assert.True(metrics["process_cpu_seconds_total"] > 0);
        Assert.True(metrics["process_resident_memory_bytes"] > 1 << 20);
        Assert.True(metrics["process_start_time_seconds"] > 1.6e9);
        Assert.True(metrics["process_open_fds"] > 3);
        Assert.True(metrics.Sum("dotnet_gc_heap_total_allocated_bytes_total") > 0);
        Assert.DoesNotContain(metrics.Samples, sample => sample.Contains(Run, StringComparison.Ordinal) || sample.Contains(SampleData.Output.Task, StringComparison.Ordinal));
        Assert.Equal(0, await store.TerminateAsync(Token));
    }

    [Fact]
    public async Task The_store_is_ready_once_it_has_probed_its_objects_and_until_it_drains()
    {
        await using var objects = new FaultyObjectStore(new MemoryObjectStore());
        objects.CloseGate();
        var port = FreePort.Find();
        var starting = ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions { ObjectStore = objects, MetricsListen = new(IPAddress.Loopback, port) }, Token);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Poll.UntilAsync(() => IsListeningAsync(client), TimeSpan.FromSeconds(30), () => "the port", Token);
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(client, "/healthz"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "starting\n"), await GetAsync(client, "/readyz"));
        objects.OpenGate();
        var host = await starting;
        Assert.Equal(client.BaseAddress, host.MetricsAddress);
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await GetAsync(client, "/readyz"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(client, "/")).Status);
        using var posted = await client.PostAsync("/metrics", new ByteArrayContent([]), Token);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);

        objects.CloseGate();
        await using var writer = await host.Channel.OpenWriterAsync(SampleData.Target(SampleData.Writer(Run, 0), 1), SampleData.Schema(), Token);
        await writer.WriteAsync(SampleData.Block(0, 0, 0, SampleData.Numbers(1)), Token);
        var ending = host.DisposeAsync();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining\n"), await GetAsync(client, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, "/healthz")).Status);
        objects.OpenGate();
        await ending;
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_the_start_with_its_number()
    {
        await using var first = await ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore(), MetricsListen = new(IPAddress.Loopback, 0) }, Token);
        var failure = await Assert.ThrowsAsync<IOException>(() => ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore(), MetricsListen = new(IPAddress.Loopback, first.MetricsAddress!.Port) }, Token));
        Assert.Contains($":{first.MetricsAddress!.Port}", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> IsListeningAsync(HttpClient client)
    {
        try
        {
            await client.GetStringAsync("/healthz", Token);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, Token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    private static async Task<ExpositionFormat> ScrapeAsync(HttpClient client, Uri address)
    {
        using var response = await client.GetAsync(address, Token);
        Assert.Equal(MediaTypeHeaderValue.Parse("text/plain; version=0.0.4; charset=utf-8"), response.Content.Headers.ContentType);
        return ExpositionFormat.Parse(await response.Content.ReadAsStringAsync(Token));
    }
}
