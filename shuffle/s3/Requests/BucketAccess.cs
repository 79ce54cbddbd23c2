using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.S3.Configuration;
using Polly;
using Polly.Retry;

namespace Executor.Shuffle.S3.Requests;

/// <summary>
/// The objects below a prefix of a bucket, and the way in which every request to them is made: with a time limit, again after failures that
/// pass, with every other failure as <see cref="ObjectStoreException"/>. Thread-safe.
/// </summary>
internal sealed class BucketAccess : IDisposable
{
    private readonly S3Connections _connections;
    private readonly AmazonS3Client _client;
    private readonly WebIdentityCredentials? _webIdentity;
    private readonly ResiliencePipeline _pipeline;
    private readonly string _place;

    internal BucketAccess(S3ObjectStoreOptions options)
    {
        Options = options;
        _place = $"bucket '{options.Bucket}' of {options.Endpoint?.GetLeftPart(UriPartial.Authority) ?? options.Region ?? "AWS"}";
        _pipeline = Pipeline(options);
        _connections = new S3Connections(options);
        try
        {
            var config = Configure(options, _connections);
            _webIdentity = options.KeyFiles is null ? WebIdentityCredentials.FromEnvironment(options.Region) : null;
            AWSCredentials? keys = options.KeyFiles is { } files ? new FileCredentials(files, options.TimeProvider) : _webIdentity;
            _client = keys is null ? new AmazonS3Client(config) : new AmazonS3Client(keys, config);
        }
        catch (AmazonClientException exception)
        {
            _connections.Dispose();
            throw S3Failure.Translate(_place, exception);
        }
    }

    internal S3ObjectStoreOptions Options { get; }

    internal string Name => Options.Bucket;

    /// <summary>The key in the bucket of the object that the store knows by a key of its own.</summary>
    internal string KeyOf(string key) => Options.Prefix + key;

    /// <summary>Who is told of every try; nobody if null.</summary>
    internal IRequestObserver? Observer { get; set; }

    /// <summary>Makes a request, as often as it takes and is allowed.</summary>
    /// <param name="method">Its kind.</param>
    /// <param name="key">The object's key, or a listing's prefix, without that of <see cref="KeyOf"/>.</param>
    /// <param name="operation">What it does, for messages: a verb, and the object's key.</param>
    /// <param name="attempt">One try. It must not hold on to what an earlier one left half done.</param>
    /// <param name="cancellationToken">Ends the tries and the waits between them with <see cref="OperationCanceledException"/>.</param>
    internal async Task<T> RequestAsync<T>(
        RequestMethod method, string key, string operation, Func<AmazonS3Client, CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        var tries = 0;
        try
        {
            return await _pipeline.ExecuteAsync(TryAsync, cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Also where the connection's end, which a cancellation brings about, was seen first.
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception exception) when (S3Failure.IsExpected(exception))
        {
            throw S3Failure.Translate($"{operation} in {_place}", exception);
        }

        async ValueTask<T> TryAsync(CancellationToken token)
        {
            var isRetry = tries++ > 0;
            var succeeded = false;
            try
            {
                var answer = await attempt(_client, token);
                succeeded = true;
                return answer;
            }
            finally
            {
                Observer?.OnRequest(new ObjectRequest(method, key, succeeded, isRetry));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _webIdentity?.Dispose();
        _connections.Dispose();
    }

    private static ResiliencePipeline Pipeline(S3ObjectStoreOptions options)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = options.TimeProvider };
        if (options.MaxTries > 1)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxTries - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.FirstDelay,
                MaxDelay = options.MaxDelay,
                ShouldHandle = arguments => ValueTask.FromResult(
                    !arguments.Context.CancellationToken.IsCancellationRequested
                    && arguments.Outcome.Exception is { } exception && S3Failure.IsTransient(exception)),
            });
        }

        return builder.AddTimeout(options.RequestTimeout).Build();
    }

    private static AmazonS3Config Configure(S3ObjectStoreOptions options, S3Connections connections)
    {
        var config = new AmazonS3Config
        {
            HttpClientFactory = connections,
            ForcePathStyle = options.UsePathStyle,
            // Tries and time limits are this class's alone: whether an earlier try may have happened must be known.
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            ThrottleRetries = false,
            Timeout = Timeout.InfiniteTimeSpan,
            // Blocks and records carry a CRC32C of their own, requests are signed with the SHA-256 of what they carry, and servers other than
            // Amazon's refuse the SDK's checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.GetLeftPart(UriPartial.Authority);
            config.AuthenticationRegion = options.Region ?? "us-east-1";
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return config;
    }
}
