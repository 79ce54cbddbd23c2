using System.Text.Json.Nodes;
using System.Threading.Channels;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Informers;
using Executor.Kubernetes.Models;
using Executor.TestKit;
using Executor.TestKit.Kubernetes;
using Kubernetes.Tests.Client;

namespace Kubernetes.Tests.Informers;

public sealed class InformerTests : ClientFixture
{
    private readonly ManualTime _time = new();
    private readonly Recorder _recorder = new();
    private readonly Channel<InformerFailure> _failures = Channel.CreateUnbounded<InformerFailure>();

    [Fact]
    public async Task The_store_follows_the_server()
    {
        Server.Create(Pods, Pod("a"));
        Server.Create(Pods, Pod("other", "b"));
        await using var running = await RunAsync(options => options.LabelSelector = "run=a");
        await Server.NextWatchAsync(Cancellation);

        Server.Create(Pods, Pod("c"));
        Server.Mutate(Pods + "/c", pod => pod["status"]!["phase"] = "Running");
        Server.Delete(Pods + "/a");

        Assert.Equal(["Added a Pending", "reconcile", "Added c Pending", "Updated c Running", "Deleted a Pending"], await _recorder.TakeAsync(5));
        Assert.Equal("c", Assert.Single(running.Informer.Snapshot()).Metadata.Name);
        Assert.Equal("Running", running.Informer.Get("c", "batch")!.Status!.Phase);
        Assert.Null(running.Informer.Get("a", "batch"));
        var list = Server.Requests.First(request => !request.IsWatch);
        Assert.Equal("500", list.Query["limit"]);
        Assert.DoesNotContain("resourceVersion", list.Query.Keys);
    }

    [Fact]
    public async Task A_list_in_pages_that_expires_on_the_way_ends_in_the_truth()
    {
        for (var i = 0; i < 5; i++)
        {
            Server.Create(Pods, Pod($"p-{i}"));
        }

        _recorder.OnChange = change =>
        {
            // During the first page: the rest of it is gone, and so is one object of this page.
            if (change.Value.Metadata.Name == "p-0" && change.Type == InformerEventType.Added)
            {
                Server.Delete(Pods + "/p-1");
                Server.Delete(Pods + "/p-4");
                Server.Compact();
            }
        };
        await using var running = await RunAsync(options => options.PageSize = 2);

        Assert.Equal(
            ["Added p-0 Pending", "Added p-1 Pending", "Added p-2 Pending", "Added p-3 Pending", "Deleted p-1 Pending unknown", "reconcile"],
            await _recorder.TakeAsync(6));
        Assert.Equal(3, running.Informer.Count);
    }

    [Fact]
    public async Task A_watch_goes_on_from_the_last_event_after_it_was_closed()
    {
        await using var running = await RunAsync();
        var first = await Server.NextWatchAsync(Cancellation);
        Server.Create(Pods, Pod("a"));
        await _recorder.TakeAsync(2);
        var version = $"{Server.Revision}";
        first.Close();
        var second = await Server.NextWatchAsync(Cancellation);

        Assert.Equal(version, second.ResourceVersion);
        Assert.Single(Server.Requests, request => !request.IsWatch);
    }

    [Fact]
    public async Task A_bookmark_moves_the_version_on()
    {
        await using var running = await RunAsync();
        var first = await Server.NextWatchAsync(Cancellation);
        Server.Create("/api/v1/namespaces/other/pods", Pod("unseen"));
        Server.SendBookmarks();
        first.Close();

        Assert.Equal($"{Server.Revision}", (await Server.NextWatchAsync(Cancellation)).ResourceVersion);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_410_a_list_brings_what_was_missed_and_deletions_are_made_up(bool asStatus)
    {
        await StartAsync(new FakeApiOptions { ExpiredWatchAsStatus = asStatus });
        Server.Create(Pods, Pod("gone"));
        Server.Create(Pods, Pod("changed"));
        Server.Create(Pods, Pod("same"));
        Server.Create(Pods, Pod("replaced"));
        await using var running = await RunAsync();
        var watch = await Server.NextWatchAsync(Cancellation);
        await _recorder.TakeAsync(5);
        watch.Silence();
        Server.Delete(Pods + "/gone");
        Server.Mutate(Pods + "/changed", pod => pod["status"]!["phase"] = "Succeeded");
        Server.Delete(Pods + "/replaced");
        Server.Create(Pods, Pod("replaced"));
        Server.Create(Pods, Pod("new"));
        Server.Compact();
        _time.Advance(TimeSpan.FromSeconds(1));
        watch.Close();

        Assert.Equal(
            ["Updated changed Succeeded", "Added new Pending", "Deleted replaced Pending unknown", "Added replaced Pending", "Deleted gone Pending unknown", "reconcile"],
            await _recorder.TakeAsync(6));
        var failure = await _failures.Reader.ReadAsync(Cancellation);
        Assert.Equal((true, TimeSpan.Zero), (failure.Relists, failure.Pause));
        Assert.True(Assert.IsType<KubernetesException>(failure.Exception).IsExpired);
    }

    [Fact]
    public async Task An_ERROR_event_in_a_running_watch_lists_again()
    {
        await using var running = await RunAsync();
        var watch = await Server.NextWatchAsync(Cancellation);
        watch.SendError(ApiErrorException.Expired("too old resource version"));

        Assert.Equal(["reconcile", "reconcile"], await _recorder.TakeAsync(2));
        Assert.Equal(2, Server.Requests.Count(request => !request.IsWatch));
    }

    [Fact]
    public async Task A_broken_connection_resumes_the_watch_after_a_pause()
    {
        await using var running = await RunAsync();
        var watch = await Server.NextWatchAsync(Cancellation);
        watch.Cut();
        var failure = await _failures.Reader.ReadAsync(Cancellation);
        Server.Create(Pods, Pod("meanwhile"));
        await PassAsync(TimeSpan.FromMilliseconds(800));

        Assert.Equal(["reconcile", "Added meanwhile Pending"], await _recorder.TakeAsync(2));
        Assert.Equal((false, TimeSpan.FromMilliseconds(800)), (failure.Relists, failure.Pause));
        Assert.Single(Server.Requests, request => !request.IsWatch);
    }

    [Fact]
    public async Task A_server_that_is_full_is_left_alone_as_long_as_it_asks()
    {
        Server.Add(ApiFault.Refuse(request => !request.IsWatch, ApiErrorException.TooManyRequests(20)));
        var starting = RunAsync();
        var failure = await _failures.Reader.ReadAsync(Cancellation);
        Assert.Equal((true, TimeSpan.FromSeconds(20)), (failure.Relists, failure.Pause));

        await PassAsync(TimeSpan.FromSeconds(20));
        await using var running = await starting;
        Assert.Equal(["reconcile"], await _recorder.TakeAsync(1));
    }

    [Fact]
    public async Task Watches_that_close_at_once_back_off_and_then_list()
    {
        Server.Add(ApiFault.CloseAtOnce(request => request.IsWatch, times: 3));
        await using var running = await RunAsync();
        double[] pauses = [0.8, 1.6, 3.2];
        foreach (var pause in pauses)
        {
            var failure = await _failures.Reader.ReadAsync(Cancellation);
            Assert.Equal((pause == 3.2, TimeSpan.FromSeconds(pause)), (failure.Relists, failure.Pause));
            await PassAsync(failure.Pause);
        }

        Assert.Equal(["reconcile", "reconcile"], await _recorder.TakeAsync(2));
        await Server.NextWatchAsync(Cancellation);
    }

    [Fact]
    public async Task A_silent_watch_is_given_up_and_the_second_silence_lists()
    {
        await using var running = await RunAsync();
        (await Server.NextWatchAsync(Cancellation)).Silence();
        Server.Create(Pods, Pod("unseen"));
        await PassAsync(TimeSpan.FromSeconds(150));
        Assert.False((await _failures.Reader.ReadAsync(Cancellation)).Relists);

        // The version is as good as before: the second watch brings what the first kept to itself.
        var second = await Server.NextWatchAsync(Cancellation);
        Assert.Equal(["reconcile", "Added unseen Pending"], await _recorder.TakeAsync(2));
        second.Silence();
        await PassAsync(TimeSpan.FromSeconds(150));
        await _failures.Reader.ReadAsync(Cancellation);
        (await Server.NextWatchAsync(Cancellation)).Silence();
        await PassAsync(TimeSpan.FromSeconds(150));
        Assert.True((await _failures.Reader.ReadAsync(Cancellation)).Relists);
        await PassAsync(TimeSpan.FromMilliseconds(800));
        Assert.Equal(["reconcile"], await _recorder.TakeAsync(1));
    }

    [Fact]
    public async Task Bookmarks_keep_a_quiet_watch_alive()
    {
        await using var running = await RunAsync();
        var watch = await Server.NextWatchAsync(Cancellation);
        await PassAsync(TimeSpan.FromSeconds(100), due: 150);
        watch.SendBookmark();
        await _time.WhenTimerRunsAsync(due => due == TimeSpan.FromSeconds(150), Cancellation);
        _time.Advance(TimeSpan.FromSeconds(100));
        Server.Create(Pods, Pod("a"));

        Assert.Equal(["reconcile", "Added a Pending"], await _recorder.TakeAsync(2));
        Assert.False(_failures.Reader.TryRead(out _));
    }

    [Fact]
    public async Task The_handler_reconciles_at_its_interval_also_while_the_server_is_away()
    {
        await using var running = await RunAsync(options =>
        {
            options.ReconcileInterval = TimeSpan.FromSeconds(30);
            options.MinBackoff = TimeSpan.FromSeconds(70);
            options.MaxBackoff = TimeSpan.FromSeconds(70);
        });
        var watch = await Server.NextWatchAsync(Cancellation);
        Assert.Equal(["reconcile"], await _recorder.TakeAsync(1));
        await PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["reconcile"], await _recorder.TakeAsync(1));
        watch.Cut();
        await _failures.Reader.ReadAsync(Cancellation);
        await PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["reconcile"], await _recorder.TakeAsync(1));
        await PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["reconcile"], await _recorder.TakeAsync(1));
    }

    [Fact]
    public async Task A_stream_of_events_does_not_keep_the_handler_from_reconciling()
    {
        _recorder.OnChange = _ => _time.Advance(TimeSpan.FromSeconds(31));
        await using var running = await RunAsync(options => options.ReconcileInterval = TimeSpan.FromSeconds(30));
        await Server.NextWatchAsync(Cancellation);
        Server.Create(Pods, Pod("a"));
        Server.Create(Pods, Pod("b"));

        Assert.Equal(["reconcile", "Added a Pending", "reconcile", "Added b Pending", "reconcile"], await _recorder.TakeAsync(5));
    }

    [Fact]
    public async Task Objects_are_stripped_and_found_by_their_key()
    {
        var pod = Pod("a");
        pod["metadata"]!["annotations"] = new JsonObject { ["large"] = "text" };
        Server.Create(Pods, pod);
        await using var running = await RunAsync(options =>
        {
            options.IndexKey = found => found.Metadata.Labels?["run"];
            options.Transform = found =>
            {
                found.Metadata.Annotations = null;
                return found;
            };
        });
        await Server.NextWatchAsync(Cancellation);

        Assert.Null(Assert.Single(running.Informer.ByIndex("a")).Metadata.Annotations);
        Server.Mutate(Pods + "/a", changed => changed["metadata"]!["labels"]!["run"] = "b");
        await _recorder.TakeAsync(3);
        Assert.Empty(running.Informer.ByIndex("a"));
        Assert.Single(running.Informer.ByIndex("b"));
        Server.Delete(Pods + "/a");
        await _recorder.TakeAsync(1);
        Assert.Empty(running.Informer.ByIndex("b"));
    }

    [Fact]
    public async Task A_handler_that_holds_the_objects_itself_leaves_the_store_what_tells_them_apart()
    {
        Server.Create(Pods, Pod("gone"));
        Server.Create(Pods, Pod("same"));
        await using var running = await RunAsync(options => options.Retain = found => new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = found.Metadata.Name, NamespaceProperty = "batch", Uid = found.Metadata.Uid, ResourceVersion = found.Metadata.ResourceVersion },
        });
        var watch = await Server.NextWatchAsync(Cancellation);
        Assert.Equal(["Added gone Pending", "Added same Pending", "reconcile"], await _recorder.TakeAsync(3));
        _recorder.OnChange = change => Assert.Null(change.Previous?.Status);
        Server.Mutate(Pods + "/gone", pod => pod["status"]!["phase"] = "Running");
        Assert.Equal(["Updated gone Running"], await _recorder.TakeAsync(1));
        Assert.All(running.Informer.Snapshot(), kept => Assert.Null(kept.Status));

        watch.Silence();
        Server.Delete(Pods + "/gone");
        Server.Compact();
        _time.Advance(TimeSpan.FromSeconds(1));
        watch.Close();

        Assert.Equal(["Deleted gone  unknown", "reconcile"], await _recorder.TakeAsync(2));
        Assert.Equal("same", Assert.Single(running.Informer.Snapshot()).Metadata.Name);
    }

    [Fact]
    public async Task A_handler_that_fails_ends_the_informer()
    {
        Server.Create(Pods, Pod("a"));
        _recorder.OnChange = _ => throw new InvalidOperationException("broken handler");
        var informer = Create();
        var run = informer.RunAsync(Cancellation);

        await Assert.ThrowsAsync<InvalidOperationException>(() => run);
        await Assert.ThrowsAsync<InvalidOperationException>(() => informer.WaitForSyncAsync(Cancellation));
        await Assert.ThrowsAsync<InvalidOperationException>(() => informer.RunAsync(Cancellation));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_happens_the_store_ends_equal_to_the_server(int seed)
    {
        var random = new Random(seed);
        await using var running = await RunAsync();
        var watch = await Server.NextWatchAsync(Cancellation);
        for (var step = 0; step < 200; step++)
        {
            var path = $"{Pods}/p-{random.Next(12)}";
            if (Server.Find(path) is null)
            {
                Server.Create(Pods, Pod(path[(Pods.Length + 1)..]));
            }
            else if (random.Next(2) == 0)
            {
                Server.Delete(path);
            }
            else
            {
                Server.Mutate(path, pod => pod["status"]!["phase"] = $"{step}");
            }

            if (random.Next(15) == 0)
            {
                if (random.Next(2) == 0)
                {
                    Server.Compact();
                    watch.SendError(ApiErrorException.Expired("too old"));
                }
                else
                {
                    watch.Cut();
                }

                var failure = await _failures.Reader.ReadAsync(Cancellation);
                if (failure.Pause > TimeSpan.Zero)
                {
                    await PassAsync(failure.Pause);
                }

                watch = await Server.NextWatchAsync(Cancellation);
            }
        }

        Server.Create(Pods, Pod("last"));
        await _recorder.TakeUntilAsync("Added last Pending");
        Assert.Equal(
            Server.All(Pods).Select(pod => $"{pod["metadata"]!["name"]} {pod["metadata"]!["resourceVersion"]}").Order(),
            running.Informer.Snapshot().Select(pod => $"{pod.Metadata.Name} {pod.Metadata.ResourceVersion}").Order());
        Assert.True(_recorder.AgreesWith(running.Informer.Snapshot()), $"seed {seed}");
    }

    private Informer<V1Pod> Create(Action<InformerOptions<V1Pod>>? change = null)
    {
        var options = new InformerOptions<V1Pod>
        {
            TimeProvider = _time,
            Jitter = () => 0,
            ReconcileInterval = Timeout.InfiniteTimeSpan,
            OnFailure = failure => _failures.Writer.TryWrite(failure),
        };
        change?.Invoke(options);
        return new Informer<V1Pod>(Client.Pods("batch"), options, _recorder);
    }

    private async Task<Running> RunAsync(Action<InformerOptions<V1Pod>>? change = null)
    {
        var informer = Create(change);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var run = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(Cancellation);
        return new Running(informer, run, stop);
    }

    /// <summary>Lets time pass once the informer waits for it.</summary>
    private async Task PassAsync(TimeSpan time, double? due = null)
    {
        await _time.WhenTimerRunsAsync(found => found == (due is { } seconds ? TimeSpan.FromSeconds(seconds) : time), Cancellation);
        _time.Advance(time);
    }

    private sealed record Running(Informer<V1Pod> Informer, Task Run, CancellationTokenSource Stop) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run);
            Stop.Dispose();
        }
    }

    /// <summary>Writes down what it is told, and keeps a copy of the store from that alone.</summary>
    private sealed class Recorder : IInformerHandler<V1Pod>
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
        private readonly Dictionary<string, string> _copy = [];

        public Action<InformerEvent<V1Pod>>? OnChange { get; set; }

        public ValueTask HandleAsync(InformerEvent<V1Pod> change, CancellationToken cancellationToken)
        {
            OnChange?.Invoke(change);
            var name = change.Value.Metadata.Name!;
            Assert.Equal(change.Type != InformerEventType.Added, _copy.ContainsKey(name));
            Assert.Equal(change.Previous?.Metadata.ResourceVersion, _copy.GetValueOrDefault(name));
            if (change.Type == InformerEventType.Deleted)
            {
                _copy.Remove(name);
            }
            else
            {
                _copy[name] = change.Value.Metadata.ResourceVersion!;
            }

            _lines.Writer.TryWrite($"{change.Type} {name} {change.Value.Status?.Phase}{(change.IsFinalStateUnknown ? " unknown" : "")}");
            return ValueTask.CompletedTask;
        }

        public ValueTask ReconcileAsync(CancellationToken cancellationToken)
        {
            _lines.Writer.TryWrite("reconcile");
            return ValueTask.CompletedTask;
        }

        public async Task<List<string>> TakeAsync(int count)
        {
            var taken = new List<string>();
            while (taken.Count < count)
            {
                taken.Add(await _lines.Reader.ReadAsync(Cancellation));
            }

            return taken;
        }

        public async Task TakeUntilAsync(string line)
        {
            while (await _lines.Reader.ReadAsync(Cancellation) != line)
            {
                // The lines before it do not matter.
            }
        }

        public bool AgreesWith(IReadOnlyList<V1Pod> store) =>
            store.Count == _copy.Count && store.All(pod => _copy.GetValueOrDefault(pod.Metadata.Name!) == pod.Metadata.ResourceVersion);
    }
}
