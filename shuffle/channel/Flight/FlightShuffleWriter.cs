using System.Buffers;
using Executor.Contracts.Identity;
using Executor.Grpc;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>Keeps what is not acknowledged and sends it again over a new connection when one breaks.</summary>
internal sealed class FlightShuffleWriter(StoreConnections pods, WriteTarget target, byte[] schema) : IShuffleWriter
{
    private readonly StoreRoute _route = new(pods, KeyOf(target.Writer.Attempt, target.Output));
    private readonly LinkedList<HeldBlock> _unacknowledged = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _segments = [];

    private PutConnection? _connection;
    private long _unacknowledgedBytes;
    private int _next;
    private bool _completed;

    /// <summary>What its pod is chosen by.</summary>
    internal static string KeyOf(AttemptId attempt, string output) => $"{attempt.Run}/{attempt.Task}.{output}/{attempt.Index}";

    /// <summary>Returns once a pod has accepted the writer.</summary>
    internal Task OpenAsync(CancellationToken cancellationToken) => RetryAsync(() => Task.CompletedTask, cancellationToken);

    public async ValueTask WriteAsync(ShuffleBlock block, CancellationToken cancellationToken)
    {
        if (_completed || block.Header.Sequence != _next || block.Header.Length != block.Payload.Length || block.Header.Length > ShuffleLimits.MaxBlockBytes)
        {
            throw new ShuffleException(ShuffleError.Invalid, _completed
                ? "the writer is completed"
                : $"block {block.Header.Sequence} of {block.Payload.Length} bytes was written, expected {_next} of at most {ShuffleLimits.MaxBlockBytes}");
        }

        Note();
        if (MustWait(block.Header.Length))
        {
            await RetryAsync(() => WaitForCreditAsync(block.Header.Length, cancellationToken), cancellationToken);
        }

        var held = HeldBlock.Copy(block);
        _unacknowledged.AddLast(held);
        _unacknowledgedBytes += held.Header.Length;
        _next++;
        await RetryAsync(() => SendUnsentAsync(cancellationToken), cancellationToken);
    }

    public async Task<IReadOnlyList<string>> CompleteAsync(CancellationToken cancellationToken)
    {
        await RetryAsync(
            async () =>
            {
                while (_unacknowledged.Count > 0)
                {
                    await SendUnsentAsync(cancellationToken);
                    await _connection!.FinishAsync();
                    Note(await _connection.NextAsync(cancellationToken));
                }
            },
            cancellationToken);
        _completed = true;
        if (_connection is not null)
        {
            await FinishQuietlyAsync(_connection);
        }

        return _segments;
    }

    public ValueTask DisposeAsync()
    {
        // What is still unacknowledged may be in the hands of a write that was cancelled: its memory does not go back to the pool.
        _connection?.Dispose();
        _connection = null;
        _unacknowledged.Clear();
        return ValueTask.CompletedTask;
    }

    /// <summary>Everything is durable: how this call ends matters to nobody.</summary>
    private static async Task FinishQuietlyAsync(PutConnection connection)
    {
        try
        {
            await connection.FinishAsync();
        }
        catch (RpcException)
        {
            // The store has gone, with nothing of this writer left to lose.
        }
    }

    private bool MustWait(int length) => _unacknowledgedBytes > 0 && _unacknowledgedBytes + length > pods.Options.CreditBytes;

    private async Task WaitForCreditAsync(int length, CancellationToken cancellationToken)
    {
        while (MustWait(length))
        {
            await SendUnsentAsync(cancellationToken);
            await _connection!.SayThatIWaitAsync(cancellationToken);
            Note(await _connection.NextAsync(cancellationToken));
        }
    }

    private async Task SendUnsentAsync(CancellationToken cancellationToken)
    {
        var first = _unacknowledged.Last;
        while (first is { Value.SentBy: var sentBy } && sentBy != _connection && first.Previous is not null && first.Previous.Value.SentBy != _connection)
        {
            first = first.Previous;
        }

        for (; first is not null; first = first.Next)
        {
            if (first.Value.SentBy != _connection)
            {
                await _connection!.SendAsync(first.Value.Header, first.Value.Payload, cancellationToken);
                first.Value.SentBy = _connection;
            }
        }
    }

    /// <summary>Does something over a connection that has got all blocks before; over a new one if it breaks.</summary>
    private async Task RetryAsync(Func<Task> action, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (_connection is null)
                {
                    _connection = await PutConnection.OpenAsync(_route.Next(), target, schema, cancellationToken);
                    _route.Answered();
                }

                await action();
                return;
            }
            catch (RpcException failure)
            {
                // What became durable before the call ended need not be sent again.
                Note();
                _connection?.Dispose();
                _connection = null;
                await _route.FailedAsync(failure, cancellationToken);
            }
        }
    }

    /// <summary>Takes the acknowledgements that have come, without waiting.</summary>
    private void Note()
    {
        while (_connection is not null && _connection.TryNext(out var acknowledgement))
        {
            Note(acknowledgement);
        }
    }

    private void Note(PutAcknowledgement acknowledgement)
    {
        _segments.AddRange(acknowledgement.Segments.Where(_known.Add));
        while (_unacknowledged.First is { } first && first.Value.Header.Sequence <= acknowledgement.DurableSequence)
        {
            _route.Progressed();
            _unacknowledgedBytes -= first.Value.Header.Length;
            first.Value.Release();
            _unacknowledged.RemoveFirst();
        }
    }

    private sealed class HeldBlock(BlockHeader header, byte[] buffer)
    {
        internal BlockHeader Header => header;

        internal ReadOnlySequence<byte> Payload => new(buffer, 0, header.Length);

        internal PutConnection? SentBy { get; set; }

        internal static HeldBlock Copy(in ShuffleBlock block)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(block.Header.Length);
            block.Payload.CopyTo(buffer);
            return new HeldBlock(block.Header, buffer);
        }

        internal void Release() => ArrayPool<byte>.Shared.Return(buffer);
    }
}
