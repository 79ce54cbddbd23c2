using System.Globalization;
using Executor.Grpc.Framing;

namespace Executor.Grpc.Client;

/// <summary>
/// One call, of any shape: sends the request, reads the response, and settles on exactly one outcome, the first that any of the
/// concurrent parts (writer, reader, deadline, cancellation, disposal) comes to.
/// </summary>
internal sealed class GrpcCall<TRequest, TResponse> : ICallState, IAsyncStreamReader<TResponse>, IClientStreamWriter<TRequest>
{
    private readonly GrpcChannel _channel;
    private readonly Method<TRequest, TResponse> _method;
    private readonly CallOptions _options;
    private readonly RequestStream<TRequest> _requests;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<(Status Status, Metadata Trailers)> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DeserializationContext _deserialization = new();
    private CancellationTokenRegistration _cancellation;
    private ITimer? _deadline;
    private Task<HttpResponseMessage?> _response = Task.FromResult<HttpResponseMessage?>(null);
    private StreamMessageReader? _reader;
    private TResponse? _current;
    private int _writing;

    public GrpcCall(GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options)
    {
        _channel = channel;
        _method = method;
        _options = options;
        _requests = new RequestStream<TRequest>(method.RequestMarshaller, channel.MaxSendMessageSize);
    }

    public Status Status => Outcome.Status;

    public Metadata Trailers => Outcome.Trailers;

    public TResponse Current => _current ?? throw new InvalidOperationException("MoveNext has not brought a message.");

    private (Status Status, Metadata Trailers) Outcome
        => _outcome.Task.IsCompletedSuccessfully ? _outcome.Task.Result : throw new InvalidOperationException("The call has not ended.");

    /// <summary>Starts a call with one request.</summary>
    public void Start(TRequest request) => Start(new RequestContent((body, cancellationToken) => _requests.SendSingleAsync(request, body, cancellationToken)));

    /// <summary>Starts a call with a stream of requests.</summary>
    public void Start() => Start(new RequestContent(_requests.SendAsync));

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken = default)
    {
        if (_requests.IsComplete)
        {
            throw new InvalidOperationException("The requests of the call are complete.");
        }

        if (Interlocked.Exchange(ref _writing, 1) == 1)
        {
            throw new InvalidOperationException("A write is in progress; await it before the next.");
        }

        using var registration = CancelWith(cancellationToken);
        try
        {
            await _requests.WriteAsync(message, _stop.Token);
        }
        catch (Exception e)
        {
            throw await WriteFailureAsync(e);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        _requests.Complete();
        return Task.CompletedTask;
    }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        using var registration = CancelWith(cancellationToken);
        if (await _response is not { } response)
        {
            return EndOfStream();
        }

        if (_outcome.Task.IsCompleted)
        {
            return EndOfStream();
        }

        try
        {
            _reader ??= await OpenAsync(response);
            if (await _reader.ReadAsync(_stop.Token))
            {
                _deserialization.SetPayload(_reader.Message);
                _current = _method.ResponseMarshaller.ContextualDeserializer(_deserialization);
                return true;
            }

            Settle(
                GrpcRequest.ReadStatus(response.TrailingHeaders) ?? new Status(StatusCode.Unknown, "The server ended the call without a status."),
                GrpcRequest.ToMetadata(response.TrailingHeaders));
        }
        catch (Exception e)
        {
            Fail(e);
        }

        _reader?.Dispose();
        response.Dispose();
        return EndOfStream();
    }

    /// <summary>The response of a call that has one.</summary>
    public async Task<TResponse> ReadSingleResponseAsync()
    {
        using (this)
        {
            if (!await MoveNext(CancellationToken.None))
            {
                throw new RpcException(new Status(StatusCode.Internal, "The server ended the call without a response."), Trailers);
            }

            var response = Current;
            return await MoveNext(CancellationToken.None)
                ? throw new RpcException(new Status(StatusCode.Internal, "The server sent more than one response."))
                : response;
        }
    }

    public async Task<Metadata> GetResponseHeadersAsync()
        => await _response is { } response ? GrpcRequest.ToMetadata(response.Headers) : throw Failure();

    public void Dispose()
    {
        Settle(new Status(StatusCode.Cancelled, "The call was disposed before it ended."), []);
        _reader?.Dispose();
        if (_response.IsCompletedSuccessfully)
        {
            _response.Result?.Dispose();
        }
    }

    private void Start(RequestContent content)
    {
        TimeSpan? timeout = null;
        if (_options.Deadline is { } deadline)
        {
            timeout = deadline.ToUniversalTime() - _channel.TimeProvider.GetUtcNow().UtcDateTime;
            if (timeout <= TimeSpan.Zero)
            {
                PassDeadline();
                return;
            }
        }

        var request = GrpcRequest.Create(_channel.Address, _method.FullName, _options.Headers, timeout, content);
        if (timeout is { } span)
        {
            // A timer of more than 49 days cannot be set; no call lives that long.
            var due = span < TimeSpan.FromDays(49) ? span : TimeSpan.FromDays(49);
            _deadline = _channel.TimeProvider.CreateTimer(static call => ((GrpcCall<TRequest, TResponse>)call!).PassDeadline(), this, due, Timeout.InfiniteTimeSpan);
        }

        _cancellation = CancelWith(_options.CancellationToken);
        _response = SendAsync(request);
    }

    /// <summary>The response of a call that goes on; null where it is over with the headers.</summary>
    private async Task<HttpResponseMessage?> SendAsync(HttpRequestMessage request)
    {
        try
        {
            var response = await _channel.SendAsync(request, _stop.Token);
            if (GrpcRequest.Refusal(response) is { } refusal)
            {
                Settle(GrpcRequest.ReadStatus(response.Headers) ?? refusal, []);
            }
            else if (GrpcRequest.ReadStatus(response.Headers) is { } status)
            {
                Settle(status, GrpcRequest.ToMetadata(response.Headers));
            }

            if (_outcome.Task.IsCompleted && _outcome.Task.Result.Status.StatusCode != StatusCode.OK)
            {
                response.Dispose();
                return null;
            }

            return response;
        }
        catch (Exception e)
        {
            Fail(e);
            return null;
        }
    }

    private async Task<StreamMessageReader> OpenAsync(HttpResponseMessage response)
    {
        var encoding = GrpcRequest.Value(response.Headers, HeaderNames.Encoding);
        var body = await response.Content.ReadAsStreamAsync(_stop.Token);
        return new StreamMessageReader(body, new MessagePrefix(encoding, StatusCode.Internal, _channel.MaxReceiveMessageSize));
    }

    private CancellationTokenRegistration CancelWith(CancellationToken cancellationToken)
        => cancellationToken.UnsafeRegister(
            static call => ((GrpcCall<TRequest, TResponse>)call!).Settle(new Status(StatusCode.Cancelled, "The call was cancelled."), []),
            this);

    private void PassDeadline()
        => Settle(
            new Status(StatusCode.DeadlineExceeded, string.Create(CultureInfo.InvariantCulture, $"The deadline {_options.Deadline:O} has passed.")),
            []);

    private void Fail(Exception exception) => Settle(CallFailure.ToStatus(exception), exception is RpcException rpc ? rpc.Trailers : []);

    /// <summary>Ends the call with an outcome, if it has none yet, and stops whatever of it is still going on.</summary>
    private void Settle(Status status, Metadata trailers)
    {
        if (!_outcome.TrySetResult((status, trailers)))
        {
            return;
        }

        _cancellation.Unregister();
        _deadline?.Dispose();
        _requests.Abandon();
        if (status.StatusCode != StatusCode.OK || !_requests.IsComplete)
        {
            _stop.Cancel();
        }
    }

    private bool EndOfStream() => Status.StatusCode == StatusCode.OK ? false : throw Failure();

    private RpcException Failure() => new(Status, Trailers);

    /// <summary>
    /// A server that ends a call makes writes fail before its status is read. If the status is not known yet it stands behind
    /// responses that nobody has read, and waiting for those here could wait forever.
    /// </summary>
    private async Task<RpcException> WriteFailureAsync(Exception exception)
    {
        if (exception is RpcException or InvalidDataException)
        {
            Fail(exception);
        }
        else if (!_outcome.Task.IsCompleted)
        {
            await _response;
        }

        return _outcome.Task.IsCompleted && Status.StatusCode != StatusCode.OK
            ? Failure()
            : new RpcException(new Status(StatusCode.Unavailable, "The server ended the call before the message was sent.", exception));
    }
}
