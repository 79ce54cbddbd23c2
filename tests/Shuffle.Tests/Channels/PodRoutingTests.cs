using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Ingest;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.TestKit;

namespace Shuffle.Tests.Channels;

/// <summary>Which of several equal pods a client asks, and what it does about those that do not answer.</summary>
public sealed class PodRoutingTests : IAsyncDisposable
{
    private static readonly Uri[] Fixed = [new("http://pod-0.invalid:1"), new("http://pod-1.invalid:1"), new("http://pod-2.invalid:1")];

    private readonly MemoryObjectStore _objects = new();
    private readonly List<ShuffleStoreHost> _hosts = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        await _objects.DisposeAsync();
    }

    [Fact]
    public async Task Pods_get_equal_shares_of_the_keys_and_everybody_asks_the_same_one_for_the_same()
    {
        await StartAsync(3);
        await using var first = new FlightRunRecords(OverStreams(Fixed, endpoint => _hosts[Array.IndexOf(Fixed, endpoint)]));
        await AskAsync(first, 300);
        var shares = Shares();
        Assert.All(shares, share => Assert.InRange(share, 75, 125));

        await using var second = new FlightRunRecords(OverStreams([Fixed[2], Fixed[0], Fixed[1]], endpoint => _hosts[Array.IndexOf(Fixed, endpoint)]));
        await AskAsync(second, 300);
        Assert.Equal(shares.Select(share => 2 * share), Shares());
    }

    [Fact]
    public async Task A_pod_that_goes_changes_nothing_between_the_others_and_costs_one_connection()
    {
        await StartAsync(3);
        var time = new ManualTime();
        var refused = 0;
        await using var records = new FlightRunRecords(OverStreams(Fixed, endpoint => _hosts[Array.IndexOf(Fixed, endpoint)], endpoint =>
        {
            refused += endpoint == Fixed[0] ? 1 : 0;
            return endpoint == Fixed[0] ? throw new IOException("gone") : ValueTask.CompletedTask;
        }) with
        { TimeProvider = time });
        await AskAsync(records, 300);
        Assert.Equal(1, refused);
        Assert.Equal(0, Shares()[0]);
        Assert.All(Shares()[1..], share => Assert.InRange(share, 110, 190));

        // Set aside for 5 s, then for 10: a single call tries it again each time.
        foreach (var (seconds, expected) in ((int, int)[])[(4, 1), (2, 2), (9, 2), (2, 3)])
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            await AskAsync(records, 50);
            Assert.Equal(expected, refused);
        }
    }

    [Fact]
    public async Task A_pod_that_is_back_gets_its_share_again()
    {
        await StartAsync(3);
        var time = new ManualTime();
        var isGone = true;
        await using var records = new FlightRunRecords(OverStreams(
            Fixed,
            endpoint => _hosts[Array.IndexOf(Fixed, endpoint)],
            endpoint => isGone && endpoint == Fixed[0] ? throw new IOException("gone") : ValueTask.CompletedTask) with
        { TimeProvider = time });
        await AskAsync(records, 60);
        Assert.Equal(0, Shares()[0]);
        isGone = false;
        time.Advance(TimeSpan.FromSeconds(6));
        await AskAsync(records, 60);
        Assert.InRange(Shares()[0], 8, 40);
    }

    [Fact]
    public async Task A_pod_that_takes_no_connection_costs_the_limit_of_connecting_once()
    {
        await StartAsync(1);
        using var hole = BlackHole.TakingNothing();
        var tries = 0;
        await using var channel = new FlightShuffleChannel(Options([hole.Address, _hosts[0].Address]) with
        {
            HandshakeTimeout = TimeSpan.FromSeconds(1),
            TimeProvider = new ManualTime(),
            Connect = (endpoint, cancellationToken) =>
            {
                tries += endpoint == hole.Address ? 1 : 0;
                return SocketToAsync(new IPEndPoint(IPAddress.Loopback, endpoint.Port), cancellationToken);
            },
        });
        await UseAsync(channel);
        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task A_pod_that_says_nothing_over_a_connection_costs_the_limit_of_its_first_word_once()
    {
        await StartAsync(1);
        using var hole = BlackHole.SayingNothing();
        await using var channel = new FlightShuffleChannel(Options([hole.Address, _hosts[0].Address]) with
        {
            HandshakeTimeout = TimeSpan.FromSeconds(1),
            TimeProvider = new ManualTime(),
        });
        await UseAsync(channel);
        Assert.Equal(1, hole.CountConnections());
    }

    [Fact]
    public async Task A_pod_whose_machine_does_not_answer_is_given_up_after_the_limit_of_connecting()
    {
        await StartAsync(1);
        using var hole = BlackHole.TakingNothing();

        // The only time that passes is the socket's: were it not limited, the test would end by its own limit.
        await using var channel = new FlightShuffleChannel(Options([hole.Address, _hosts[0].Address]) with
        {
            ConnectTimeout = TimeSpan.FromSeconds(1),
            HandshakeTimeout = TimeSpan.FromHours(1),
            TimeProvider = new ManualTime(),
        });
        await UseAsync(channel).WaitAsync(TimeSpan.FromMinutes(1), Token);
    }

    [Fact]
    public async Task A_busy_pod_is_asked_again_when_it_said_and_not_before()
    {
        await StartAsync(1, new IngestOptions { MaxOpenStreams = 1 });
        var time = new ManualTime();
        await using var channel = new FlightShuffleChannel(Options([_hosts[0].Address]) with { TimeProvider = time });
        var first = await channel.OpenWriterAsync(SampleData.Target(SampleData.Writer("run", 0), 1), SampleData.Schema(), Token);
        var second = channel.OpenWriterAsync(SampleData.Target(SampleData.Writer("run", 1), 1), SampleData.Schema(), Token);

        // The store says a second; without a word it would be 1 ms.
        await time.WhenTimerRunsAsync(due => due == TimeSpan.FromSeconds(1), Token);
        await first.DisposeAsync();
        await Poll.UntilAsync(() => _hosts[0].Engine.Ingestor.OpenStreams == 0, TimeSpan.FromMinutes(1), () => "the first writer to go", Token);
        time.Advance(TimeSpan.FromSeconds(1));
        await (await second).DisposeAsync();
    }

    [Fact]
    public async Task While_one_pod_is_busy_another_one_serves()
    {
        await StartAsync(2, new IngestOptions { MaxOpenStreams = 1 });
        await using var channel = new FlightShuffleChannel(Options([.. _hosts.Select(host => host.Address)]) with { TimeProvider = new ManualTime() });
        await using var first = await channel.OpenWriterAsync(SampleData.Target(SampleData.Writer("run", 0), 1), SampleData.Schema(), Token);
        await using var second = await channel.OpenWriterAsync(SampleData.Target(SampleData.Writer("run", 0, attempt: 2), 1), SampleData.Schema(), Token);
        Assert.All(_hosts, host => Assert.Equal(1, host.Engine.Ingestor.OpenStreams));
    }

    [Fact]
    public async Task A_name_of_several_addresses_is_so_many_pods()
    {
        var port = await StartOnOnePortAsync(3);
        await using var records = new FlightRunRecords(Options([new Uri($"http://store.invalid:{port}")]) with { Resolve = (_, _) => Task.FromResult(Addresses(3)) });
        await AskAsync(records, 100);
        Assert.All(Shares(), share => Assert.InRange(share, 10, 70));
    }

    [Fact]
    public async Task An_address_beside_a_name_is_asked_where_no_pod_behind_the_name_answers()
    {
        var port = await StartOnOnePortAsync(3);
        var looked = 0;
        var known = new TaskCompletionSource<IPAddress[]>();
        await using var channel = new FlightShuffleChannel(Options([new Uri($"http://store.invalid:{port}"), _hosts[2].Address]) with
        {
            Resolve = (_, _) =>
            {
                Interlocked.Increment(ref looked);
                return known.Task;
            },
        });
        await using var records = new FlightRunRecords(channel);

        // Nobody waits for the name.
        await AskAsync(records, 50);
        Assert.Equal([0, 0, 50], Shares());
        Assert.Equal(1, looked);

        known.SetResult(Addresses(2));
        await Poll.UntilAsync(
            async () =>
            {
                await AskAsync(records, 1);
                return Shares()[2] < Shares().Sum() - 50;
            },
            TimeSpan.FromMinutes(1), () => "the pods to be known", Token);
        var before = Shares()[2];
        await AskAsync(records, 50);
        Assert.Equal(before, Shares()[2]);
        await _hosts[0].DisposeAsync();
        await _hosts[1].DisposeAsync();
        await AskAsync(records, 50);
        Assert.Equal(before + 50, Shares()[2]);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_counts_for_nothing_beside_an_address()
    {
        await StartAsync(1);
        var looked = 0;
        await using var records = new FlightRunRecords(Options([new Uri("http://store.invalid:1"), _hosts[0].Address]) with
        {
            MaxTries = 1,
            Resolve = (_, _) =>
            {
                Interlocked.Increment(ref looked);
                throw new SocketException((int)SocketError.HostNotFound);
            },
        });
        await AskAsync(records, 50);
        Assert.Equal(1, looked);
    }

    [Fact]
    public async Task A_name_is_looked_up_again_after_a_failure_but_not_sooner_than_after_ten_seconds()
    {
        var port = await StartOnOnePortAsync(2);
        var time = new ManualTime();
        var answers = new ConcurrentQueue<string>();
        var current = "127.0.0.2";
        await using var records = new FlightRunRecords(Options([new Uri($"http://store.invalid:{port}")]) with
        {
            TimeProvider = time,
            MaxTries = 1,
            Resolve = (_, _) =>
            {
                answers.Enqueue(current);
                return Task.FromResult(new[] { IPAddress.Parse(current) });
            },
        });

        // The name itself, which the sockets do not know, is all that there is until it is known.
        await AskUntilAnsweredAsync();
        Assert.Equal(["127.0.0.2"], answers);
        await _hosts[0].DisposeAsync();
        current = "127.0.0.3";
        await Assert.ThrowsAsync<ShuffleException>(() => AskAsync(records, 1));
        await Assert.ThrowsAsync<ShuffleException>(() => AskAsync(records, 1));
        Assert.Equal(["127.0.0.2"], answers);
        time.Advance(TimeSpan.FromSeconds(11));
        await AskUntilAnsweredAsync();
        Assert.Equal(["127.0.0.2", "127.0.0.3"], answers);

        Task AskUntilAnsweredAsync() => Poll.UntilAsync(
            async () =>
            {
                try
                {
                    await AskAsync(records, 1);
                    return true;
                }
                catch (ShuffleException)
                {
                    return false;
                }
            },
            TimeSpan.FromMinutes(1), () => "the pod to be known", Token);
    }

    [Fact]
    public async Task A_host_with_an_address_of_each_kind_stays_one_endpoint()
    {
        await StartAsync(1);
        await using var records = new FlightRunRecords(Options([new Uri($"http://localhost:{_hosts[0].Address.Port}")]) with
        {
            MaxTries = 1,
            Resolve = (_, _) => Task.FromResult(new[] { IPAddress.IPv6Loopback, IPAddress.Loopback }),
        });
        await AskAsync(records, 20);
        Assert.Equal([20], Shares());
    }

    private static IPAddress[] Addresses(int count) => [.. Enumerable.Range(2, count).Select(i => IPAddress.Parse($"127.0.0.{i}"))];

    private static async Task AskAsync(FlightRunRecords records, int runs)
    {
        for (var i = 0; i < runs; i++)
        {
            Assert.Null(await records.GetAsync($"run-{i}", RecordKeys.Blob("0"), Token));
        }
    }

    /// <summary>Asks for enough different things that every pod is the first one for some.</summary>
    private static async Task UseAsync(FlightShuffleChannel channel)
    {
        await using var records = new FlightRunRecords(channel);
        await AskAsync(records, 50);
        await channel.CommitAsync(await SampleData.WriteAsync(channel, SampleData.Writer("run", 0), 1, [(0, SampleData.Numbers(1))], Token), Token);
    }

    private static async ValueTask<Stream> SocketToAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private long[] Shares() => [.. _hosts.Select(host => host.Counters.Gets)];

    private async Task StartAsync(int count, IngestOptions? ingest = null)
    {
        for (var i = 0; i < count; i++)
        {
            _hosts.Add(await StartAsync(new IPEndPoint(IPAddress.Loopback, 0), ingest));
        }
    }

    /// <summary>Starts pods on 127.0.0.2 and so on, all at one port.</summary>
    private async Task<int> StartOnOnePortAsync(int count)
    {
        while (true)
        {
            try
            {
                for (var i = 0; i < count; i++)
                {
                    _hosts.Add(await StartAsync(new IPEndPoint(Addresses(count)[i], i == 0 ? 0 : _hosts[0].Address.Port), null));
                }

                return _hosts[0].Address.Port;
            }
            catch (IOException)
            {
                // The port that was free on one address is taken on another.
                foreach (var host in _hosts)
                {
                    await host.DisposeAsync();
                }

                _hosts.Clear();
            }
        }
    }

    private Task<ShuffleStoreHost> StartAsync(IPEndPoint listen, IngestOptions? ingest) => ShuffleStoreHost.StartAsync(
        new ShuffleStoreOptions
        {
            Listen = listen,
            ObjectStore = _objects,
            MasterKey = new byte[32],
            Engine = new ShuffleEngineOptions { Ingest = ingest ?? new IngestOptions() },
        },
        Token);

    private FlightChannelOptions Options(IReadOnlyList<Uri> endpoints) =>
        new() { Endpoints = endpoints, Key = _hosts[0].OperatorKey, FirstDelay = TimeSpan.FromMilliseconds(1) };

    private FlightChannelOptions OverStreams(
        IReadOnlyList<Uri> endpoints, Func<Uri, ShuffleStoreHost> hostOf, Func<Uri, ValueTask>? before = null) => Options(endpoints) with
        {
            Connect = async (endpoint, cancellationToken) =>
            {
                await (before?.Invoke(endpoint) ?? ValueTask.CompletedTask);
                return await SocketToAsync(new IPEndPoint(IPAddress.Loopback, hostOf(endpoint).Address.Port), cancellationToken);
            },
        };
}
