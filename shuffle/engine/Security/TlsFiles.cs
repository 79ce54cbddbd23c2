namespace Executor.Shuffle.Engine.Security;

/// <summary>The PEM files of a server's TLS. They may be replaced while it runs.</summary>
/// <param name="Certificate">The certificate, behind it those between it and its authority.</param>
/// <param name="Key">Its private key, without a password.</param>
public sealed record TlsFiles(string Certificate, string Key);
