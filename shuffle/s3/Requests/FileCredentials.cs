using Amazon.Runtime;
using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.S3.Configuration;

namespace Executor.Shuffle.S3.Requests;

/// <summary>Keys from files, read again every minute. Thread-safe.</summary>
internal sealed class FileCredentials(S3KeyFiles files, TimeProvider timeProvider) : AWSCredentials
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private volatile Entry? _entry;

    /// <inheritdoc/>
    public override ImmutableCredentials GetCredentials()
    {
        if (_entry is { } entry && timeProvider.GetElapsedTime(entry.ReadAt) < Lifetime)
        {
            return entry.Keys;
        }

        var keys = new ImmutableCredentials(Read(files.AccessKeyFile), Read(files.SecretKeyFile), files.SessionTokenFile is { } token ? Read(token) : null);
        _entry = new Entry(keys, timeProvider.GetTimestamp());
        return keys;
    }

    /// <inheritdoc/>
    public override Task<ImmutableCredentials> GetCredentialsAsync() => Task.FromResult(GetCredentials());

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } text
                ? text
                : throw new ObjectStoreException(ObjectStoreError.Denied, $"the key file {file} is empty");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException(ObjectStoreError.Denied, $"the key file cannot be read: {exception.Message}", exception);
        }
    }

    private sealed record Entry(ImmutableCredentials Keys, long ReadAt);
}
