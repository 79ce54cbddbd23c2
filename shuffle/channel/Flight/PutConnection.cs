using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Threading.Channels;
using Executor.Flight;
using Executor.Flight.Client;
using Executor.Grpc;

namespace Executor.Shuffle.Channel.Flight;

/// <summary>One DoPut call of a writer. Every failure is an <see cref="RpcException"/>, final or not.</summary>
internal sealed class PutConnection : IDisposable
{
    private readonly FlightPutCall _call;
    private readonly Channel<PutAcknowledgement> _acknowledgements = System.Threading.Channels.Channel.CreateUnbounded<PutAcknowledgement>();
    private Task<Exception?> _receiving = Task.FromResult<Exception?>(null);
    private bool _finished;

    private PutConnection(FlightPutCall call) => _call = call;

    /// <summary>Opens a call and returns once the store has accepted the writer.</summary>
    internal static async Task<PutConnection> OpenAsync(
        FlightClient client, WriteTarget target, byte[] schema, CancellationToken cancellationToken)
    {
        // The call outlives the opening, and with it the token.
        var connection = new PutConnection(client.DoPut(cancellationToken: CancellationToken.None));
        try
        {
            var messages = BlockMessages.Split(new ReadOnlySequence<byte>(schema));
            var header = messages.Count == 1
                ? messages[0].Header
                : throw new ShuffleException(ShuffleError.Invalid, $"a schema is one Arrow message, found {messages.Count}");
            var descriptor = FlightDescriptor.CreateCommandDescriptor(JsonSerializer.SerializeToUtf8Bytes(target, ShuffleJson.Default.WriteTarget));
            connection._receiving = connection.ReceiveAsync();
            await connection.WriteAsync(new FlightData { Descriptor = descriptor, DataHeader = header }, cancellationToken);
            await connection.NextAsync(cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    internal async Task SendAsync(BlockHeader header, ReadOnlySequence<byte> payload, CancellationToken cancellationToken)
    {
        var messages = BlockMessages.Split(payload);
        if (messages.Count == 0)
        {
            throw new ShuffleException(ShuffleError.Invalid, $"block {header.Sequence} holds no Arrow message");
        }

        for (var i = 0; i < messages.Count; i++)
        {
            var isLast = i == messages.Count - 1;
            await WriteAsync(
                new FlightData
                {
                    DataHeader = messages[i].Header,
                    DataBody = messages[i].Body,
                    AppMetadata = isLast ? new ReadOnlySequence<byte>(BlockMetadata.Put(header)) : default,
                },
                cancellationToken);
        }
    }

    internal Task SayThatIWaitAsync(CancellationToken cancellationToken) =>
        WriteAsync(new FlightData { AppMetadata = new ReadOnlySequence<byte>(BlockMetadata.Wait()) }, cancellationToken);

    /// <summary>Says that nothing more is sent over this call. Repeatable.</summary>
    internal async Task FinishAsync()
    {
        if (!_finished)
        {
            _finished = true;
            await _call.CompleteAsync();
        }
    }

    internal bool TryNext([MaybeNullWhen(false)] out PutAcknowledgement acknowledgement) => _acknowledgements.Reader.TryRead(out acknowledgement);

    internal async Task<PutAcknowledgement> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _acknowledgements.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException closed)
        {
            throw closed.InnerException as RpcException
                ?? new RpcException(new Status(StatusCode.Unavailable, "the store ended the call before everything was acknowledged"));
        }
    }

    public void Dispose() => _call.Dispose();

    /// <summary>Sends a message; if the server has ended the call, fails with the status that it ended it with, once all acknowledgements are there.</summary>
    private async Task WriteAsync(FlightData message, CancellationToken cancellationToken)
    {
        try
        {
            await _call.WriteAsync(message, cancellationToken);
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested)
        {
            if (await _receiving.WaitAsync(cancellationToken) is { } reason)
            {
                ExceptionDispatchInfo.Throw(reason);
            }

            throw;
        }
    }

    /// <summary>Takes acknowledgements until the call ends, and returns what it failed with.</summary>
    private async Task<Exception?> ReceiveAsync()
    {
        try
        {
            await foreach (var result in _call.Results)
            {
                var acknowledgement = ShuffleJson.Read(result.ApplicationMetadata.Span, ShuffleJson.Default.PutAcknowledgement);
                _acknowledgements.Writer.TryWrite(acknowledgement);
            }

            _acknowledgements.Writer.TryComplete();
            return null;
        }
        catch (Exception exception)
        {
            _acknowledgements.Writer.TryComplete(exception);
            return exception;
        }
    }
}
