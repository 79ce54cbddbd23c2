using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Executor.Shuffle.Engine.Security;

/// <summary>
/// The certificate that a store shows, from two PEM files as a Secret of type <c>kubernetes.io/tls</c> holds them. Files that are replaced are taken up
/// by new connections within <see cref="CheckInterval"/>, without a restart; as long as what is there cannot be used, the last that could be stays.
/// Thread-safe.
/// </summary>
internal sealed partial class ServerCertificate
{
    /// <summary>How often the files are looked at, at most.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _checking = new();
    private readonly TlsFiles _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Loaded _current;
    private string? _refused;
    private long _checked;

    /// <summary>Reads the files.</summary>
    /// <exception cref="IOException">One cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be read.</exception>
    /// <exception cref="ArgumentException">They hold no certificate with its key; the message says which files.</exception>
    public ServerCertificate(TlsFiles files, TimeProvider time, ILogger logger)
    {
        _files = files;
        _time = time;
        _logger = logger;
        _checked = time.GetTimestamp();
        var (certificate, key) = Read();
        try
        {
            _current = Load(certificate, key);
        }
        catch (CryptographicException exception)
        {
            throw new ArgumentException(
                $"{files.Certificate} and {files.Key}: found something else than a certificate and its private key in PEM: {exception.Message}", exception);
        }
    }

    /// <summary>What new connections show, with the certificates between it and its authority.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            // Whoever finds the files being looked at takes what there is.
            if (_time.GetElapsedTime(Volatile.Read(ref _checked)) >= CheckInterval && _checking.TryEnter())
            {
                try
                {
                    Check();
                    Volatile.Write(ref _checked, _time.GetTimestamp());
                }
                finally
                {
                    _checking.Exit();
                }
            }

            return _current.Context;
        }
    }

    private void Check()
    {
        try
        {
            // Compared as texts: a mounted Secret is replaced by links whose times say nothing.
            var (certificate, key) = Read();
            if (certificate == _current.Certificate && key == _current.Key)
            {
                return;
            }

            _current = Load(certificate, key);
            _refused = null;
            Replaced(_files.Certificate, _current.NotAfter);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            if (_refused != exception.Message)
            {
                _refused = exception.Message;
                Refused(_files.Certificate, _files.Key, exception.Message);
            }
        }
    }

    private (string Certificate, string Key) Read() => (File.ReadAllText(_files.Certificate), File.ReadAllText(_files.Key));

    private static Loaded Load(string certificate, string key)
    {
        try
        {
            var leaf = X509Certificate2.CreateFromPem(certificate, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            return new Loaded(certificate, key, leaf.NotAfter.ToUniversalTime(), SslStreamCertificateContext.Create(leaf, chain, offline: true));
        }
        catch (ArgumentException exception)
        {
            // A key of another certificate, as one may be met between the replacements of two files.
            throw new CryptographicException(exception.Message, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{File} was replaced: new connections are shown a certificate that is good until {NotAfter:u}")]
    private partial void Replaced(string file, DateTime notAfter);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{CertificateFile} and {KeyFile} were replaced and cannot be used, the certificate from before stays: {Reason}")]
    private partial void Refused(string certificateFile, string keyFile, string reason);

    private sealed record Loaded(string Certificate, string Key, DateTime NotAfter, SslStreamCertificateContext Context);
}
