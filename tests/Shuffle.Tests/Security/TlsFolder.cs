using Executor.Shuffle.Engine.Security;
using Executor.TestKit;
using Executor.TestKit.Certificates;

namespace Shuffle.Tests.Security;

/// <summary>A folder with the files of a store's TLS, as a mounted Secret has them: links to links.</summary>
internal sealed class TlsFolder : IDisposable
{
    private readonly TemporaryDirectory _folder = new("shuffle-tls-");
    private int _version;

    internal TlsFiles Files => new(_folder.PathOf("tls.crt"), _folder.PathOf("tls.key"));

    /// <summary>Puts a new certificate of an authority into the place of the one that is there.</summary>
    internal void Replace(TestAuthority authority, params string[] names)
    {
        var (certificate, key) = authority.ServerPem(names);
        Replace(certificate, key);
    }

    internal void Replace(string certificate, string key)
    {
        var version = $"..version-{++_version}";
        _folder.Write(Path.Combine(version, "tls.crt"), certificate);
        _folder.Write(Path.Combine(version, "tls.key"), key);
        File.Delete(_folder.PathOf("..data"));
        File.CreateSymbolicLink(_folder.PathOf("..data"), version);
        if (_version == 1)
        {
            File.CreateSymbolicLink(_folder.PathOf("tls.crt"), Path.Combine("..data", "tls.crt"));
            File.CreateSymbolicLink(_folder.PathOf("tls.key"), Path.Combine("..data", "tls.key"));
        }
    }

    public void Dispose() => _folder.Dispose();
}
