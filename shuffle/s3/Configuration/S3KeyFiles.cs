namespace Executor.Shuffle.S3.Configuration;

/// <summary>
/// The files that hold the access key's id and its secret, such as those of a mounted Secret. They are read again every minute, so that keys
/// can be changed under a running store. White space around what they hold is no part of it.
/// </summary>
/// <param name="AccessKeyFile">The path of the file with the access key's id.</param>
/// <param name="SecretKeyFile">The path of the file with the secret key.</param>
/// <param name="SessionTokenFile">The path of the file with the token of temporary keys; null for lasting ones.</param>
public sealed record S3KeyFiles(string AccessKeyFile, string SecretKeyFile, string? SessionTokenFile = null);
