using System.Buffers;
using System.IO.Pipelines;
using Executor.Grpc;
using Executor.Grpc.Framing;
using Xunit;

namespace Flight.Tests.Grpc;

public sealed class MessageReaderTests
{
    private const int Limit = 16;

    /// <summary>Both readers, as a server and a client use them.</summary>
    public static TheoryData<bool> Readers => [true, false];

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Readers))]
    public async Task Messages_are_found_when_the_bytes_come_one_at_a_time(bool pipe)
    {
        byte[] bytes = [0, 0, 0, 0, 3, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 5];
        var reader = Create(pipe, bytes);

        Assert.True(await reader.ReadAsync(TestToken));
        Assert.Equal([7, 8, 9], reader.Message.ToArray());
        Assert.True(await reader.ReadAsync(TestToken));
        Assert.Equal([], reader.Message.ToArray());
        Assert.True(await reader.ReadAsync(TestToken));
        Assert.Equal([5], reader.Message.ToArray());
        Assert.False(await reader.ReadAsync(TestToken));
    }

    [Theory, MemberData(nameof(Readers))]
    public async Task A_stream_that_ends_inside_a_message_is_INTERNAL(bool pipe)
    {
        foreach (byte[] bytes in (byte[][])[[0], [0, 0, 0, 0], [0, 0, 0, 0, 2], [0, 0, 0, 0, 2, 1]])
        {
            await AssertFails(StatusCode.Internal, "middle of a message", Create(pipe, bytes));
        }
    }

    [Theory, MemberData(nameof(Readers))]
    public async Task A_message_over_the_limit_is_refused_by_its_prefix_alone(bool pipe)
    {
        await AssertFails(StatusCode.ResourceExhausted, "4294967295 bytes is longer than the limit of 16 bytes", Create(pipe, [0, 255, 255, 255, 255]));
        await AssertFails(StatusCode.ResourceExhausted, "17 bytes", Create(pipe, [0, 0, 0, 0, 17]));
    }

    [Theory, MemberData(nameof(Readers))]
    public async Task A_message_as_long_as_the_limit_is_read(bool pipe)
    {
        var reader = Create(pipe, [0, 0, 0, 0, Limit, .. new byte[Limit]]);
        Assert.True(await reader.ReadAsync(TestToken));
        Assert.Equal(Limit, reader.Message.Length);
    }

    [Theory, MemberData(nameof(Readers))]
    public async Task A_compressed_message_without_an_encoding_is_INTERNAL(bool pipe)
    {
        await AssertFails(StatusCode.Internal, "no grpc-encoding", Create(pipe, [1, 0, 0, 0, 1, 5]));
        await AssertFails(StatusCode.Internal, "no grpc-encoding", Create(pipe, [1, 0, 0, 0, 1, 5], "identity"));
    }

    [Theory, MemberData(nameof(Readers))]
    public async Task A_compressed_message_in_an_unknown_encoding_is_UNIMPLEMENTED(bool pipe)
        => await AssertFails(StatusCode.Unimplemented, "'snappy'", Create(pipe, [1, 0, 0, 0, 1, 5], "snappy"));

    [Theory, MemberData(nameof(Readers))]
    public async Task A_message_that_is_not_compressed_is_read_whatever_the_encoding(bool pipe)
    {
        var reader = Create(pipe, [0, 0, 0, 0, 1, 5], "snappy");
        Assert.True(await reader.ReadAsync(TestToken));
        Assert.Equal([5], reader.Message.ToArray());
    }

    [Theory, MemberData(nameof(Readers))]
    public async Task A_flag_other_than_0_and_1_is_INTERNAL(bool pipe)
        => await AssertFails(StatusCode.Internal, "flag is 2", Create(pipe, [2, 0, 0, 0, 1, 5]));

    private static MessageReader Create(bool pipe, byte[] bytes, string? encoding = null)
    {
        var prefix = new MessagePrefix(encoding, StatusCode.Unimplemented, Limit);
        return pipe
            ? new PipeMessageReader(PipeReader.Create(new OneByteStream(bytes), new StreamPipeReaderOptions(bufferSize: 1, minimumReadSize: 1)), prefix)
            : new StreamMessageReader(new OneByteStream(bytes), prefix);
    }

    private static async Task AssertFails(StatusCode code, string detail, MessageReader reader)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync(TestToken));
        Assert.Equal(code, failure.StatusCode);
        Assert.Contains(detail, failure.Status.Detail, StringComparison.Ordinal);
    }

    private sealed class OneByteStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer.Length > 1 ? buffer[..1] : buffer, cancellationToken);
    }
}
