using System.Buffers;
using System.Text;
using System.Text.Json;
using Executor.Contracts.Records;
using Executor.Flight;
using Executor.Flight.Client;
using Executor.Grpc;
using Executor.Grpc.Client;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects.InMemory;
using Shuffle.Tests.Channels;

namespace Shuffle.Tests.Security;

/// <summary>What a client that is wrong or hostile sends by hand.</summary>
public sealed class LimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_put_that_breaks_the_rules_is_refused_with_its_reason()
    {
        await using var host = await StartAsync();
        using var channel = GrpcChannel.ForAddress(host.Address.ToString());
        var client = Client(channel, host);
        var target = JsonSerializer.SerializeToUtf8Bytes(SampleData.Target(SampleData.Writer("run", 0), 2), ShuffleJson.Default.WriteTarget);
        var schema = BlockMessages.Split(new ReadOnlySequence<byte>(SampleData.Schema()))[0].Header;
        var batch = BlockMessages.Split(new ReadOnlySequence<byte>(SampleData.Numbers(1)))[0];
        var first = new FlightData { Descriptor = FlightDescriptor.CreateCommandDescriptor(target), DataHeader = schema };

        await RefusedAsync(client, new FlightData { DataHeader = schema });
        await RefusedAsync(client, new FlightData { Descriptor = FlightDescriptor.CreatePathDescriptor("run"), DataHeader = schema });
        await RefusedAsync(client, new FlightData { Descriptor = FlightDescriptor.CreateCommandDescriptor("{}"), DataHeader = schema });
        await RefusedAsync(client, new FlightData { Descriptor = FlightDescriptor.CreateCommandDescriptor(new string('x', 100_000)), DataHeader = schema });
        await RefusedAsync(client, new FlightData { Descriptor = FlightDescriptor.CreateCommandDescriptor(target), DataHeader = batch.Header });
        await RefusedAsync(client, first, first);
        await RefusedAsync(client, first, new FlightData { DataHeader = new ReadOnlySequence<byte>(new byte[40]) });
        await RefusedAsync(client, first, new FlightData { DataHeader = batch.Header, DataBody = batch.Body, AppMetadata = new ReadOnlySequence<byte>(new byte[5]) });
        var header = new BlockHeader(1, 0, 0, 1, (int)SampleData.Numbers(1).Length, 0);
        await RefusedAsync(client, first, new FlightData { DataHeader = batch.Header, DataBody = batch.Body, AppMetadata = new ReadOnlySequence<byte>(BlockMetadata.Put(header)) });
        await RefusedAsync(client, first, new FlightData { DataHeader = batch.Header, DataBody = new ReadOnlySequence<byte>(new byte[ShuffleLimits.MaxBlockBytes]) });
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_refused_before_it_is_read()
    {
        await using var host = await StartAsync();
        using var channel = GrpcChannel.ForAddress(host.Address.ToString());
        var failure = await Assert.ThrowsAsync<RpcException>(() => ActAsync(Client(channel, host), ShuffleActions.CreateRecord, new byte[30 << 20]));
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Theory]
    [InlineData("no-such-action", "{}")]
    [InlineData(ShuffleActions.Commit, "")]
    [InlineData(ShuffleActions.Commit, "{}")]
    [InlineData(ShuffleActions.Commit, "{\"commit\":{\"writer\":null,\"definition\":\"d\"}}")]
    [InlineData(ShuffleActions.Seal, "{\"seal\":{\"run\":\"r\",\"output\":{\"task\":\"t\",\"output\":\"o\"},\"generation\":0},\"epoch\":1,\"partitionCount\":0,\"generations\":[]}")]
    [InlineData(ShuffleActions.GetSeal, "{\"run\":\"../x\",\"output\":{\"task\":\"t\",\"output\":\"o\"},\"generation\":0}")]
    [InlineData(ShuffleActions.GetRecord, "{\"run\":\"r\",\"key\":\"../../etc/passwd\"}")]
    [InlineData(ShuffleActions.GetRecord, "{\"run\":\"r\",\"key\":\"segments/x\"}")]
    [InlineData(ShuffleActions.DeleteRun, "{\"run\":\"\"}")]
    [InlineData(ShuffleActions.DeleteRun, "[")]
    public async Task An_action_with_an_impossible_body_is_invalid(string action, string body)
    {
        await using var host = await StartAsync();
        using var channel = GrpcChannel.ForAddress(host.Address.ToString());
        var failure = await Assert.ThrowsAsync<RpcException>(() => ActAsync(Client(channel, host), action, Encoding.UTF8.GetBytes(body)));
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
    }

    [Fact]
    public async Task A_commit_with_impossible_content_is_refused()
    {
        await using var host = await StartAsync();
        var good = new OutputCommit { Name = "o", Schema = SampleData.Schema(), Segments = ["aa"], Partitions = [new(0, 1, 1, 1, 1)] };
        foreach (var output in (OutputCommit[])
            [
                good with { Name = "O" },
                good with { Schema = new byte[10] },
                good with { Schema = new byte[ShuffleLimits.MaxSchemaBytes + 1] },
                good with { Segments = [] },
                good with { Segments = ["../x"] },
                good with { Segments = ["aa", "aa"] },
                good with { Partitions = [new(1, 1, 1, 1, 1), new(0, 1, 1, 1, 1)] },
                good with { Partitions = [new(ShuffleLimits.MaxPartitions, 1, 1, 1, 1)] },
                good with { Partitions = [new(0, 0, 1, 1, 1)] },
                good with { Partitions = [new(0, 1, -1, 1, 1)] },
            ])
        {
            var commit = new CommitRecord { Writer = SampleData.Writer("run", 0), Definition = "d", TaskDefinition = "t", Outputs = [output] };
            Assert.Equal(ShuffleError.Invalid, (await Assert.ThrowsAsync<ShuffleException>(() => host.Channel.CommitAsync(commit, Token))).Error);
        }

        foreach (var writer in (Executor.Contracts.Identity.WriterId[])
            [
                SampleData.Writer("run", 0, attempt: 0),
                SampleData.Writer("run", 0, generation: -1),
                SampleData.Writer("run", 0, generation: ShuffleLimits.MaxGenerations),
                SampleData.Writer("run", ShuffleLimits.MaxInstances),
                SampleData.Writer("run", 0, incarnation: "Pod"),
                SampleData.Writer(new string('r', 64), 0),
            ])
        {
            var commit = new CommitRecord { Writer = writer, Definition = "d", TaskDefinition = "t" };
            Assert.Equal(ShuffleError.Invalid, (await Assert.ThrowsAsync<ShuffleException>(() => host.Channel.CommitAsync(commit, Token))).Error);
        }
    }

    private static Task<ShuffleStoreHost> StartAsync() =>
        ShuffleStoreHost.StartAsync(new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore() }, Token);

    private static FlightClient Client(GrpcChannel channel, ShuffleStoreHost host) =>
        new(channel, new FlightClientOptions { AuthorizationProvider = () => "Bearer " + host.OperatorKey });

    private static async Task ActAsync(FlightClient client, string action, byte[] body)
    {
        await foreach (var _ in client.DoAction(new FlightAction(action, body), cancellationToken: Token))
        {
        }
    }

    private static async Task RefusedAsync(FlightClient client, params FlightData[] messages)
    {
        using var call = client.DoPut(cancellationToken: Token);
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            try
            {
                foreach (var message in messages)
                {
                    await call.WriteAsync(message, Token);
                }

                await call.CompleteAsync();
            }
            catch (RpcException)
            {
                // The status that counts is at the end of the results.
            }

            await foreach (var _ in call.Results)
            {
            }
        });
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
    }
}
