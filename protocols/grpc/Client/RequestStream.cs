using System.IO.Pipelines;
using Executor.Grpc.Framing;

namespace Executor.Grpc.Client;

/// <summary>The request side of a call: the messages of one task become the body that the HTTP client asks for.</summary>
/// <typeparam name="T">The request message.</typeparam>
internal sealed class RequestStream<T>(Marshaller<T> marshaller, int? maxLength)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MessageWriter<T>? _writer;
    private bool _written;

    public bool IsComplete => _completed.Task.IsCompleted;

    /// <summary>The body: stays open until <see cref="Complete"/>.</summary>
    public async Task SendAsync(Stream body, CancellationToken cancellationToken)
    {
        // Without a flush the HTTP client keeps the request's headers until the first message.
        await body.FlushAsync(cancellationToken);
        lock (_lock)
        {
            if (_written)
            {
                throw new IOException("The connection closed after messages were sent; they cannot be sent again.");
            }

            _writer = CreateWriter(body);
        }

        _opened.TrySetResult();
        await _completed.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The body of a call with one request.</summary>
    public async Task SendSingleAsync(T message, Stream body, CancellationToken cancellationToken)
    {
        await CreateWriter(body).WriteAsync(message, cancellationToken);
        _completed.TrySetResult();
    }

    /// <exception cref="OperationCanceledException">The call ended, see <see cref="Abandon"/>.</exception>
    public async ValueTask WriteAsync(T message, CancellationToken cancellationToken)
    {
        await _opened.Task;
        MessageWriter<T> writer;
        lock (_lock)
        {
            _written = true;
            writer = _writer!;
        }

        await writer.WriteAsync(message, cancellationToken);
    }

    public void Complete() => _completed.TrySetResult();

    /// <summary>Releases a writer that waits for a connection: there will be none.</summary>
    public void Abandon() => _opened.TrySetCanceled();

    private MessageWriter<T> CreateWriter(Stream body)
        => new(PipeWriter.Create(body, new StreamPipeWriterOptions(leaveOpen: true)), marshaller, maxLength);
}
