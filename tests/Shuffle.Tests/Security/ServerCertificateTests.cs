using Executor.Shuffle.Engine.Security;
using Executor.TestKit;
using Executor.TestKit.Certificates;

namespace Shuffle.Tests.Security;

public sealed class ServerCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TlsFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly LogLines _log = new();

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void Files_that_are_replaced_are_taken_up_within_the_interval()
    {
        _folder.Replace(_authority, "first");
        var certificate = new ServerCertificate(_folder.Files, _time, _log);
        var first = certificate.Current.TargetCertificate.Thumbprint;

        _folder.Replace(_authority, "second");
        Assert.Equal(first, certificate.Current.TargetCertificate.Thumbprint);
        _time.Advance(ServerCertificate.CheckInterval);

        Assert.NotEqual(first, certificate.Current.TargetCertificate.Thumbprint);
        Assert.Contains("was replaced", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", "nonsense")]
    [InlineData("", "")]
    public void What_cannot_be_used_is_told_once_and_the_certificate_from_before_stays(string certificateText, string keyText)
    {
        _folder.Replace(_authority, "first");
        var certificate = new ServerCertificate(_folder.Files, _time, _log);
        var first = certificate.Current.TargetCertificate.Thumbprint;

        _folder.Replace(certificateText, keyText);
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(ServerCertificate.CheckInterval);
            Assert.Equal(first, certificate.Current.TargetCertificate.Thumbprint);
        }

        Assert.Contains("the certificate from before stays", Assert.Single(_log.Lines), StringComparison.Ordinal);
        _folder.Replace(_authority, "second");
        _time.Advance(ServerCertificate.CheckInterval);
        Assert.NotEqual(first, certificate.Current.TargetCertificate.Thumbprint);
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused_with_the_files_names()
    {
        _folder.Replace(_authority.ServerPem("one").CertificatePem, _authority.ServerPem("other").KeyPem);

        var failure = Assert.Throws<ArgumentException>(() => new ServerCertificate(_folder.Files, _time, _log));

        Assert.Contains(_folder.Files.Certificate, failure.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Files.Key, failure.Message, StringComparison.Ordinal);
    }
}
