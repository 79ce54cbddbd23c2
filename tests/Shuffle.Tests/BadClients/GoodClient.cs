using System.Buffers;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.TestKit;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.BadClients;

/// <summary>A client that does all that a run needs, in a run of its own: whatever bad clients did, it works at once.</summary>
internal static class GoodClient
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Writes, commits, seals and reads back.</summary>
    internal static async Task WorksAsync(Uri address, string operatorKey, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var options = new FlightChannelOptions { Endpoints = [address], Key = operatorKey };
        await using var channel = new FlightShuffleChannel(options);
        await using var records = new FlightRunRecords(options);
        var run = $"good-{Guid.NewGuid():n}";
        var payloads = Enumerable.Range(0, 5).Select(i => SampleData.Numbers(new Random(i), 30_000)).ToArray();
        var commit = await SampleData.WriteAsync(channel, SampleData.Writer(run, 0), 2, payloads.Select((payload, i) => (i % 2, payload)), limit.Token);
        Assert.True((await channel.CommitAsync(commit, limit.Token)).Won);
        await records.SealAsync(SampleData.SealOf(run, 2, 0), limit.Token);
        var count = 0;
        await foreach (var block in channel.ReadAsync(new ReadSelection(new SealId(run, SampleData.Output, 0)), limit.Token))
        {
            Assert.True(block.Payload.ToArray().AsSpan().SequenceEqual(payloads[block.Header.Sequence]));
            count++;
        }

        Assert.Equal(payloads.Length, count);
        await records.DeleteRunAsync(run, limit.Token);
    }

    /// <summary>The same in a store of this process, of which nothing may be left in use by anybody first.</summary>
    internal static async Task WorksAsync(ShuffleStoreHost host, CancellationToken cancellationToken)
    {
        var (ingest, receive, read) = (host.Engine.Ingestor.Budget, host.Receiving.Budget, host.Engine.Reader.Budget);
        await Poll.UntilAsync(
            () => (host.Engine.Ingestor.OpenStreams, ingest.Used, receive.Used, read.Used) == (0, 0, 0, 0),
            Limit,
            () => $"the store to be idle: {host.Engine.Ingestor.OpenStreams} streams, {ingest.Used}, {receive.Used} and {read.Used} bytes in use",
            cancellationToken);
        await WorksAsync(host.Address, host.OperatorKey, cancellationToken);
    }
}
