using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Executor.Benchmarks.Processes;
using Executor.Shuffle.S3;
using Executor.Shuffle.S3.Configuration;

namespace Executor.Benchmarks.S3;

/// <summary>The bucket of the environment that <c>scripts/s3 env</c> prints.</summary>
internal static class BenchmarkBucket
{
    internal static string Name => Setting("S3_BUCKET");

    /// <summary>The object store of a shuffle store; keys come from the environment.</summary>
    internal static S3ObjectStore Open(string prefix) => new(new S3ObjectStoreOptions
    {
        Bucket = Name,
        Endpoint = Endpoint,
        Region = Environment.GetEnvironmentVariable("S3_REGION"),
        UsePathStyle = true,
        Prefix = prefix,
    });

    internal static Uri Endpoint => new(Setting("S3_ENDPOINT"));

    /// <summary>The first of the server's processes on this machine.</summary>
    internal static int ServerProcess => int.Parse(Setting("S3_PROCESS"), CultureInfo.InvariantCulture);

    /// <summary>The SDK's client as it comes, but for the trailing checksums, which not every server takes.</summary>
    /// <param name="endpoint">Where the server is reached; the environment's if null.</param>
    internal static AmazonS3Client Client(Uri? endpoint = null) => new(new AmazonS3Config
    {
        ServiceURL = (endpoint ?? Endpoint).ToString(),
        AuthenticationRegion = Environment.GetEnvironmentVariable("S3_REGION") ?? "us-east-1",
        ForcePathStyle = true,
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    /// <summary>Says at once what the environment lacks, rather than by the failures of the processes that need it.</summary>
    /// <exception cref="PartMissingException">It names no bucket, or no server.</exception>
    internal static void Require() => _ = (Name, Endpoint);

    /// <summary>Deletes all objects below a prefix.</summary>
    internal static async Task ClearAsync(string prefix)
    {
        using var client = Client();
        var request = new ListObjectsV2Request { BucketName = Name, Prefix = prefix };
        ListObjectsV2Response page;
        do
        {
            page = await client.ListObjectsV2Async(request);
            await Parallel.ForEachAsync(page.S3Objects ?? [], async (found, token) => await client.DeleteObjectAsync(Name, found.Key, token));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    private static string Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new PartMissingException($"{name} is not set: eval \"$(scripts/s3 env)\" after scripts/s3 up, or name another server");
}
