using System.Net;
using System.Net.Sockets;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Ingest;
using Executor.Shuffle.Engine.InProcess;
using Executor.Shuffle.Engine.Serving;

namespace Shuffle.Tests.Faults;

/// <summary>A store pod that is killed or asked to end, and then replaced by another one under the same name. Thread-safe.</summary>
internal sealed class StorePod(int number, RoundPlan plan, byte[] masterKey, RoundObjects objects, Misfortunes misfortunes) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Task> _ends = [];
    private Life? _life;
    private bool _isOver;

    /// <summary>The name by which clients know it, whoever bears it at the time.</summary>
    internal Uri Name { get; } = new($"http://pod-{number}");

    /// <summary>Starts the first one.</summary>
    internal async Task StartAsync()
    {
        Life? life = null;
        var store = new PodObjects(objects.Disturbed, objects.Direct, misfortunes) { Kill = () => End(life, inOrder: false), Drain = () => End(life, inOrder: true) };
        var host = await ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions
            {
                ObjectStore = store,
                MasterKey = masterKey,
                TimeProvider = new SkewedClock(plan.Skews[number]),
                Engine = new ShuffleEngineOptions
                {
                    Ingest = new IngestOptions { WindowBytes = 1 << 20, BudgetBytes = 17 << 20, Linger = plan.Linger, MaximumAge = TimeSpan.FromMilliseconds(100) },
                    Serving = new ServingOptions { ReadBytes = plan.ReadBytes, GapBytes = plan.ReadBytes / 16, BudgetBytes = 34 << 20, ReadsAhead = 2, ReadsAtATime = 2, MergedBytes = 4 * plan.ReadBytes },
                },
            },
            CancellationToken.None);
        life = new Life(host, store);
        lock (_lock)
        {
            if (!_isOver)
            {
                _life = life;
                return;
            }
        }

        await life.CloseAsync(inOrder: false);
    }

    /// <summary>Connects to whoever bears the name.</summary>
    internal async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        Life? life;
        lock (_lock)
        {
            life = _life;
        }

        if (life is null)
        {
            throw new SocketException((int)SocketError.ConnectionRefused);
        }

        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, life.Host.Address.Port, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var connection = new PodConnection(socket, misfortunes)
        {
            Kill = () => End(life, inOrder: false),
            Drain = () => End(life, inOrder: true),
            CutAll = life.CutAll,
        };
        life.Keep(connection);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        Life? life;
        lock (_lock)
        {
            _isOver = true;
            life = _life;
            _life = null;
        }

        if (life is not null)
        {
            await life.CloseAsync(inOrder: false);
        }

        Task[] ends;
        lock (_lock)
        {
            ends = [.. _ends];
        }

        await Task.WhenAll(ends);
    }

    /// <summary>Ends a pod at once as far as others can see it; what is left of it goes on in the background, and so does its replacement's start.</summary>
    private void End(Life? life, bool inOrder)
    {
        var isFirst = false;
        lock (_lock)
        {
            if (life is not null && !_isOver && _life == life)
            {
                isFirst = true;
                _life = null;
            }
        }

        if (!inOrder)
        {
            life?.Kill();
        }

        if (isFirst)
        {
            var end = Task.Run(async () =>
            {
                await StartAsync();
                await life!.CloseAsync(inOrder);
            });
            lock (_lock)
            {
                _ends.Add(end);
            }
        }
    }

    /// <summary>One bearer of the name.</summary>
    private sealed class Life(ShuffleStoreHost host, PodObjects objects)
    {
        private readonly List<PodConnection> _connections = [];
        private bool _isKilled;

        internal ShuffleStoreHost Host => host;

        internal void Keep(PodConnection connection)
        {
            lock (_connections)
            {
                _connections.Add(connection);
                if (!_isKilled)
                {
                    return;
                }
            }

            connection.Cut();
        }

        internal void CutAll()
        {
            lock (_connections)
            {
                _connections.ForEach(connection => connection.Cut());
                _connections.Clear();
            }
        }

        internal void Kill()
        {
            // The connections first: nobody is to hear what a dying process has to say of it.
            lock (_connections)
            {
                _isKilled = true;
            }

            CutAll();
            objects.Close();
        }

        internal async Task CloseAsync(bool inOrder)
        {
            if (!inOrder)
            {
                Kill();
            }

            await host.DisposeAsync();
            Kill();
            await objects.DisposeAsync();
        }
    }
}
