using System.Buffers.Binary;
using System.IO.Pipelines;
using Executor.Grpc;
using Executor.Grpc.Framing;
using Xunit;

namespace Flight.Tests.Grpc;

public sealed class ReceiveBudgetTests
{
    private const int Long = ReceiveBudget.FreeLength + 1;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly GatedBudget _budget = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_long_message_is_read_once_it_was_granted_and_given_back_with_the_next_request()
    {
        using var reader = Create();
        await SendAsync(Long);
        await SendAsync(1);
        var reading = reader.ReadAsync(TestToken).AsTask();
        Assert.False(reading.IsCompleted);
        Assert.Equal([Long], _budget.Asked);

        _budget.Gate.SetResult();
        Assert.True(await reading);
        Assert.Equal(Long, reader.Message.Length);
        Assert.Equal(Long, _budget.Used);
        Assert.True(await reader.ReadAsync(TestToken));
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public async Task A_short_message_asks_nobody()
    {
        using var reader = Create();
        await SendAsync(ReceiveBudget.FreeLength);
        Assert.True(await reader.ReadAsync(TestToken));
        Assert.Empty(_budget.Asked);
    }

    [Fact]
    public async Task What_was_granted_is_given_back_at_the_end_even_if_it_is_granted_only_then()
    {
        var reader = Create();
        await SendAsync(Long);
        var reading = reader.ReadAsync(TestToken).AsTask();
        reader.Dispose();
        _budget.Gate.SetResult();
        await reading;
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public async Task A_message_that_is_refused_for_its_length_asks_nobody()
    {
        using var reader = Create();
        await SendAsync(2 * Long);
        await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync(TestToken));
        Assert.Empty(_budget.Asked);
    }

    [Fact]
    public async Task A_message_whose_memory_is_wanted_back_before_it_has_come_is_unavailable_and_gives_it_back()
    {
        var reader = Create();
        _budget.Gate.SetResult();
        await SendAsync(Long, sent: 100);
        var reading = reader.ReadAsync(TestToken).AsTask();
        await _budget.Granted.Task.WaitAsync(TestToken);

        await _budget.Wanted.CancelAsync();

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => reading)).StatusCode);
        reader.Dispose();
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public async Task A_message_that_has_come_is_nobodys_to_want_back()
    {
        using var reader = Create();
        _budget.Gate.SetResult();
        await SendAsync(Long);
        Assert.True(await reader.ReadAsync(TestToken));
        Assert.Equal(1, _budget.Arrivals);

        await _budget.Wanted.CancelAsync();

        Assert.Equal(Long, reader.Message.Length);
        await SendAsync(1);
        Assert.True(await reader.ReadAsync(TestToken));
        Assert.Equal(1, _budget.Arrivals);
    }

    private PipeMessageReader Create() => new(_pipe.Reader, new MessagePrefix(null, StatusCode.Unimplemented, Long), _budget);

    private async Task SendAsync(int length, int? sent = null)
    {
        var message = new byte[MessagePrefix.Length + (sent ?? length)];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), length);
        await _pipe.Writer.WriteAsync(message, TestToken);
    }

    private sealed class GatedBudget : ReceiveBudget
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<int> Asked { get; } = [];

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenSource Wanted { get; } = new();

        public int Used { get; private set; }

        public int Arrivals { get; private set; }

        public override CancellationToken Withdrawn => Wanted.Token;

        public override async ValueTask ReserveAsync(int length, CancellationToken cancellationToken)
        {
            Asked.Add(length);
            await Gate.Task;
            Used += length;
            Granted.SetResult();
        }

        public override void Arrived() => Arrivals++;

        public override void Release(int length) => Used -= length;
    }
}
