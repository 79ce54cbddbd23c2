using Amazon.S3;
using Executor.Shuffle.S3.Configuration;

namespace Executor.Shuffle.S3.Writing;

/// <summary>Encryption in the SDK's words.</summary>
internal static class EncryptionMethods
{
    internal static ServerSideEncryptionMethod Method(this S3Encryption encryption) =>
        encryption.UsesKms ? ServerSideEncryptionMethod.AWSKMS : ServerSideEncryptionMethod.AES256;
}
