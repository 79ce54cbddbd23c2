using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Kubernetes.Watching;
using Executor.TestKit.Kubernetes;
using Kubernetes.Tests.Client;

namespace Kubernetes.Tests.Watching;

public sealed class WatchTests : ClientFixture
{
    [Fact]
    public async Task Changes_come_in_order_and_as_the_selector_sees_them()
    {
        Server.Create(Pods, Pod("a"));
        await using var events = Watch(new WatchOptions { LabelSelector = "run=a", ResourceVersion = $"{Server.Revision}" });
        var first = events.MoveNextAsync();
        await Server.NextWatchAsync(Cancellation);

        Server.Create(Pods, Pod("b", "other"));
        Server.Create(Pods, Pod("c"));
        Server.Mutate(Pods + "/c", pod => pod["status"]!["phase"] = "Running");
        Server.Mutate(Pods + "/b", pod => pod["metadata"]!["labels"]!["run"] = "a");
        Server.Mutate(Pods + "/c", pod => pod["metadata"]!["labels"]!["run"] = "other");
        Server.Delete(Pods + "/a");

        Assert.True(await first);
        List<string> seen = [Text(events.Current)];
        while (seen.Count < 5 && await events.MoveNextAsync())
        {
            seen.Add(Text(events.Current));
        }

        Assert.Equal(["Added c Pending", "Modified c Running", "Added b Pending", "Deleted c Running", "Deleted a Pending"], seen);
        Assert.Equal($"{Server.Revision}", events.Current.ResourceVersion);
    }

    [Fact]
    public async Task A_watch_goes_on_from_its_version()
    {
        Server.Create(Pods, Pod("a"));
        var version = $"{Server.Revision}";
        Server.Create(Pods, Pod("b"));

        await using var events = Watch(new WatchOptions { ResourceVersion = version, TimeoutSeconds = 60 });
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("b", events.Current.Value!.Metadata.Name);
        var query = Server.Requests.Single().Query;
        Assert.Equal(("true", "60", version), (query["allowWatchBookmarks"], query["timeoutSeconds"], query["resourceVersion"]));
    }

    [Fact]
    public async Task A_bookmark_brings_a_version_alone()
    {
        await using var events = Watch();
        var next = events.MoveNextAsync();
        (await Server.NextWatchAsync(Cancellation)).SendBookmark(4711);

        Assert.True(await next);
        Assert.Equal(new WatchEvent<V1Pod>(WatchEventType.Bookmark, null, "4711"), events.Current);
    }

    [Fact]
    public async Task A_watch_that_the_server_closes_ends()
    {
        await using var events = Watch();
        var next = events.MoveNextAsync();
        (await Server.NextWatchAsync(Cancellation)).Close();

        Assert.False(await next);
    }

    [Fact]
    public async Task A_broken_connection_is_a_failure_without_a_status()
    {
        await using var events = Watch();
        var next = events.MoveNextAsync();
        (await Server.NextWatchAsync(Cancellation)).Cut();

        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => next.AsTask())).IsTransportFailure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_version_that_is_too_old_is_expired_however_the_server_says_it(bool asStatus)
    {
        await StartAsync(new FakeApiOptions { ExpiredWatchAsStatus = asStatus });
        var old = $"{Server.Revision}";
        Server.Create(Pods, Pod("a"));
        Server.Compact();

        await using var events = Watch(new WatchOptions { ResourceVersion = old });
        var failure = await Assert.ThrowsAsync<KubernetesException>(() => events.MoveNextAsync().AsTask());
        Assert.Equal((true, "Expired"), (failure.IsExpired, failure.Reason));
    }

    [Theory]
    [InlineData("{\"type\":\"ADDED\"", "inside a line")]
    [InlineData("[]\n", "found no event")]
    [InlineData("{\"type\":\"ADDED\"}\n", "found no event")]
    [InlineData("{\"type\":\"EXPLODED\",\"object\":{}}\n", "EXPLODED")]
    [InlineData("{\"type\":\"ADDED\",\"object\":null}\n", "null object")]
    public async Task What_is_no_event_ends_the_watch(string text, string expected)
    {
        await using var events = Watch();
        var next = events.MoveNextAsync();
        var watch = await Server.NextWatchAsync(Cancellation);
        watch.SendRaw(text);
        watch.Close();

        var failure = await Assert.ThrowsAsync<KubernetesException>(() => next.AsTask());
        Assert.True(failure.IsTransportFailure);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_of_an_event_may_come_in_any_order_and_a_line_in_any_pieces()
    {
        await using var events = Watch();
        var next = events.MoveNextAsync();
        var watch = await Server.NextWatchAsync(Cancellation);
        foreach (var piece in """{"x":[1],"object":{"metadata":{"name":"a","resourceVersion":"5"},"status":{"phase":"Running"}},"type":"MODIFIED"}""".Chunk(7))
        {
            watch.SendRaw(new string(piece));
        }

        watch.SendRaw("\n{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"6\"}}}\n");

        Assert.True(await next);
        Assert.Equal("Modified a Running", Text(events.Current));
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("6", events.Current.ResourceVersion);
    }

    [Fact]
    public async Task A_long_line_is_read_up_to_the_limit()
    {
        var large = Pod("large");
        large["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { ["text"] = new string('x', 1_000_000) };
        Server.Create(Pods, large);

        await using var whole = Watch();
        Assert.True(await whole.MoveNextAsync());
        Assert.Equal(1_000_000, whole.Current.Value!.Metadata.Annotations!["text"].Length);

        await using var limited = Watch(new WatchOptions { MaxLineBytes = 100_000 });
        var failure = await Assert.ThrowsAsync<KubernetesException>(() => limited.MoveNextAsync().AsTask());
        Assert.Contains("at most 100000", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_watch_is_a_cancellation()
    {
        using var stop = new CancellationTokenSource();
        var events = Client.Pods("batch").WatchAsync(null, stop.Token).GetAsyncEnumerator(Cancellation);
        var next = events.MoveNextAsync();
        await Server.NextWatchAsync(Cancellation);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.AsTask());
        await events.DisposeAsync();
    }

    private static string Text(WatchEvent<V1Pod> received) => $"{received.Type} {received.Value!.Metadata.Name} {received.Value.Status!.Phase}";

    private IAsyncEnumerator<WatchEvent<V1Pod>> Watch(WatchOptions? options = null) =>
        Client.Pods("batch").WatchAsync(options, Cancellation).GetAsyncEnumerator(Cancellation);
}
