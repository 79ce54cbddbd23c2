using Executor.Grpc;
using Executor.Grpc.AspNetCore;
using Executor.Grpc.AspNetCore.Hosting;
using Executor.Grpc.Client;
using Flight.Tests.Servers;
using Xunit;

namespace Flight.Tests.Grpc;

public sealed class CancellationTests
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cancelled_call_is_CANCELLED_on_both_sides()
    {
        var waiting = new WaitingMethod();
        await using var host = await KestrelHost.StartAsync(waiting.Map);
        using var channel = host.Connect();
        using var cancellation = new CancellationTokenSource();
        var call = channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, new CallOptions(CancellationToken: cancellation.Token), []);
        await waiting.Entered.WaitAsync(TestToken);

        await cancellation.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        await waiting.Ended.WaitAsync(TestToken);
    }

    [Fact]
    public async Task Cancelling_a_read_or_a_write_or_disposing_ends_the_call()
    {
        var waiting = new WaitingMethod();
        await using var host = await KestrelHost.StartAsync(waiting.Map);
        using var channel = host.Connect();
        foreach (var how in (string[])["read", "dispose"])
        {
            waiting.Reset();
            using var cancellation = new CancellationTokenSource();
            var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(ByteMethods.Duplex, new CallOptions(CancellationToken: TestToken));
            await waiting.Entered.WaitAsync(TestToken);
            var read = call.ResponseStream.MoveNext(cancellation.Token);
            if (how == "read")
            {
                await cancellation.CancelAsync();
            }
            else
            {
                call.Dispose();
            }

            Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
            Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync([1], TestToken))).StatusCode);
            await waiting.Ended.WaitAsync(TestToken);
        }
    }

    [Fact]
    public async Task A_call_with_a_cancelled_token_does_not_start()
    {
        var waiting = new WaitingMethod();
        await using var host = await KestrelHost.StartAsync(waiting.Map);
        using var channel = host.Connect();
        var call = channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, new CallOptions(CancellationToken: new CancellationToken(true)), []);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        Assert.False(waiting.Entered.IsCompleted);
    }

    [Fact]
    public async Task A_passed_deadline_is_DEADLINE_EXCEEDED_on_both_sides()
    {
        var waiting = new WaitingMethod();
        await using var host = await KestrelHost.StartAsync(waiting.Map);
        using var channel = host.Connect();
        var deadline = (TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(300)).UtcDateTime;
        var call = channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, new CallOptions(Deadline: deadline), []);
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        await waiting.Ended.WaitAsync(TestToken);
    }

    [Fact]
    public async Task A_server_ends_a_call_at_its_deadline_when_the_client_does_not()
    {
        var waiting = new WaitingMethod();
        await using var host = await KestrelHost.StartAsync(waiting.Map);
        using var channel = host.Connect(new GrpcChannelOptions { TimeProvider = new StoppedTimers() });
        var deadline = (TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(200)).UtcDateTime;
        var failure = await Assert.ThrowsAsync<RpcException>(
            () => channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, new CallOptions(Deadline: deadline, CancellationToken: TestToken), []).ResponseAsync);
        Assert.Equal(new Status(StatusCode.DeadlineExceeded, "The deadline has passed."), failure.Status);
    }

    [Fact]
    public async Task A_deadline_in_the_past_fails_without_a_request()
    {
        var waiting = new WaitingMethod();
        await using var host = await KestrelHost.StartAsync(waiting.Map);
        using var channel = host.Connect();
        var call = channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, new CallOptions(Deadline: DateTime.UnixEpoch), []);
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        Assert.False(waiting.Entered.IsCompleted);
    }

    [Fact]
    public async Task The_calls_of_a_server_that_is_gone_fail()
    {
        var waiting = new WaitingMethod();
        var host = await KestrelHost.StartAsync(waiting.Map);
        using var channel = host.Connect();
        var call = channel.CreateCallInvoker().AsyncUnaryCall(ByteMethods.Unary, new CallOptions(CancellationToken: TestToken), []);
        await waiting.Entered.WaitAsync(TestToken);
        using (var now = new CancellationTokenSource())
        {
            await now.CancelAsync();
            await host.StopAsync(now.Token);
        }

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Contains(failure.StatusCode, (StatusCode[])[StatusCode.Unavailable, StatusCode.Internal, StatusCode.Cancelled]);
        await host.DisposeAsync();
    }

    /// <summary>Methods that wait until their call is cancelled.</summary>
    private sealed class WaitingMethod
    {
        private TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task;

        public Task Ended => _ended.Task;

        public void Reset()
        {
            _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        public void Map(Microsoft.AspNetCore.Builder.WebApplication app)
        {
            app.MapGrpcMethod(ByteMethods.Unary, async (byte[] request, ServerCallContext context) =>
            {
                await WaitAsync(context);
                return request;
            });
            app.MapGrpcMethod(ByteMethods.Duplex, (IAsyncStreamReader<byte[]> _, IServerStreamWriter<byte[]> _, ServerCallContext context) => WaitAsync(context));
        }

        private async Task WaitAsync(ServerCallContext context)
        {
            _entered.TrySetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
            }
            finally
            {
                _ended.TrySetResult();
            }
        }
    }

    /// <summary>The system's clock with timers that never fire.</summary>
    private sealed class StoppedTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
