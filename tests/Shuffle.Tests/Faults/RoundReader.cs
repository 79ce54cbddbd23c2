using System.Buffers;
using System.Text.Json;
using Executor.Flight;
using Executor.Flight.Client;
using Executor.Grpc;
using Executor.Grpc.Client;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Faults;

/// <summary>
/// Reads a sealed output in all the ways there are and compares it, byte by byte, with what the winners wrote. What is not equal fails the test; a
/// <see cref="ShuffleException"/> is left to the caller.
/// </summary>
/// <param name="pods">The store pods.</param>
/// <param name="channel">A channel to all of them.</param>
/// <param name="key">The run's key.</param>
/// <param name="seal">What is read.</param>
/// <param name="winners">What the winner of each instance wrote.</param>
internal sealed class RoundReader(
    IReadOnlyList<StorePod> pods, IShuffleChannel channel, string key, SealId seal, IReadOnlyDictionary<int, AttemptData> winners) : IDisposable
{
    private readonly GrpcChannel[] _connections = [.. pods.Select(pod => GrpcChannel.ForAddress(pod.Name, new GrpcChannelOptions { ConnectCallback = pod.ConnectAsync }))];

    public void Dispose() => Array.ForEach(_connections, connection => connection.Dispose());

    /// <summary>Every way of reading, with a name each.</summary>
    internal IEnumerable<(string Name, Func<CancellationToken, Task> Read)> Ways(int partitions, Random random)
    {
        yield return ("all", token => ThroughChannelAsync(null, null, token));
        for (var i = 0; i < partitions; i++)
        {
            var partition = i;
            yield return ($"partition {i}", token => ThroughChannelAsync(partition, null, token));
        }

        var index = random.Next(winners.Count);
        yield return ($"instance {index}", token => ThroughChannelAsync(null, index, token));
        var first = random.Next(pods.Count);
        var second = (first + 1) % pods.Count;
        var steps = random.Next(1, 6);
        yield return ($"all, at a further pod after every {steps} blocks", token => ResumedAsync(first, steps, token));
        var one = random.Next(partitions);
        yield return ($"partition {one} by a ticket of pod {first} at pod {second}", token => ByTicketAsync(one, first, second, token));
    }

    private async Task ThroughChannelAsync(int? partition, int? index, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(int Index, int Sequence), (int Partition, byte[] Payload)>();
        await foreach (var block in channel.ReadAsync(new ReadSelection(seal, partition, index), cancellationToken))
        {
            Assert.True(found.TryAdd((block.Header.Index, block.Header.Sequence), (block.Header.Partition, block.Payload.ToArray())), $"{block.Header} was read twice");
        }

        Compare(found, partition, index);
    }

    private async Task ResumedAsync(int pod, int steps, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(int Index, int Sequence), (int Partition, byte[] Payload)>();
        ReadPosition? from = null;
        bool hasEnded;
        do
        {
            var ticket = new FlightTicket(JsonSerializer.SerializeToUtf8Bytes(new ReadCommand(new ReadSelection(seal), from), ShuffleJson.Default.ReadCommand));
            (hasEnded, from) = await TakeAsync(Client(pod++ % pods.Count, key), ticket, found, steps, cancellationToken);
        }
        while (!hasEnded);
        Compare(found, null, null);
    }

    private async Task ByTicketAsync(int partition, int signer, int server, CancellationToken cancellationToken)
    {
        FlightInfo info;
        try
        {
            info = await Client(signer, key).GetFlightInfo(FlightDescriptor.CreatePathDescriptor(seal.Run, seal.Output.ToString()), cancellationToken: cancellationToken);
        }
        catch (RpcException failure)
        {
            throw Failure(failure);
        }

        var found = new Dictionary<(int Index, int Sequence), (int Partition, byte[] Payload)>();
        await TakeAsync(Client(server, null), info.Endpoints[partition].Ticket, found, int.MaxValue, cancellationToken);
        Compare(found, partition, null);
    }

    /// <summary>Takes so many blocks at most and then goes away.</summary>
    private static async Task<(bool HasEnded, ReadPosition? Next)> TakeAsync(
        FlightClient client,
        FlightTicket ticket,
        Dictionary<(int Index, int Sequence), (int Partition, byte[] Payload)> found,
        int steps,
        CancellationToken cancellationToken)
    {
        ReadPosition? from = null;
        try
        {
            await foreach (var message in client.DoGet(ticket, cancellationToken: cancellationToken))
            {
                if (message.DataBody.IsEmpty)
                {
                    continue;
                }

                var (header, next) = BlockMetadata.ReadGet(message.AppMetadata);
                from = next;

                // A block that lies in two segments is sent once, but perhaps again to who has gone away in between.
                found[(header.Index, header.Sequence)] = (header.Partition, BlockMessages.Encapsulate(message.DataHeader, message.DataBody).ToArray());
                if (--steps == 0)
                {
                    return (false, from);
                }
            }
        }
        catch (RpcException failure)
        {
            throw Failure(failure);
        }

        return (true, from);
    }

    /// <summary>A failure as clients take it: a stream that ends in the middle of a message is reset, and has no status of the store's.</summary>
    private static ShuffleException Failure(RpcException failure) => ShuffleStatus.IsTransient(failure)
        ? new ShuffleException(ShuffleError.Unavailable, failure.Status.Detail, failure)
        : ShuffleStatus.FromWire(failure);

    private FlightClient Client(int pod, string? shown) =>
        new(_connections[pod], new FlightClientOptions { AuthorizationProvider = shown is null ? null : () => "Bearer " + shown });

    private void Compare(Dictionary<(int Index, int Sequence), (int Partition, byte[] Payload)> found, int? partition, int? index)
    {
        var expected = winners.Values.SelectMany(data => data.Blocks)
            .Where(block => (partition is null || block.Header.Partition == partition) && (index is null || block.Header.Index == index)).ToList();
        foreach (var block in expected)
        {
            Assert.True(found.TryGetValue((block.Header.Index, block.Header.Sequence), out var read), $"{block.Header} of {SampleData.Output} is missing");
            Assert.Equal(block.Header.Partition, read.Partition);
            Assert.True(block.Payload.ToArray().AsSpan().SequenceEqual(read.Payload), $"{block.Header} has another content than was written");
        }

        Assert.Equal(expected.Count, found.Count);
    }
}
