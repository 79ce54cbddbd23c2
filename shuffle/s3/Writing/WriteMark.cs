using System.Security.Cryptography;
using Amazon.S3.Model;
using Executor.Shuffle.S3.Requests;

namespace Executor.Shuffle.S3.Writing;

/// <summary>
/// A random mark that one write leaves with its object, as metadata of it, so that it can be told from all other writes of the key, of equal content
/// too. What is asked: did my write happen, whose answer I have not seen?
/// </summary>
internal sealed class WriteMark
{
    private const string Name = "executor-write";

    private readonly string _value = RandomNumberGenerator.GetHexString(32, lowercase: true);

    internal void AddTo(MetadataCollection metadata) => metadata[Name] = _value;

    /// <summary>Whether the object that stands bears this mark; null if none stands.</summary>
    internal async Task<bool?> IsOnAsync(BucketAccess bucket, string key, CancellationToken cancellationToken)
    {
        var found = await ObjectHead.FindAsync(bucket, key, cancellationToken);
        return found is null ? null : found.Metadata[Name] == _value;
    }
}
