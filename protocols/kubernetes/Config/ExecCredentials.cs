using System.Net.Http.Headers;
using System.Text.Json;

namespace Executor.Kubernetes.Config;

/// <summary>
/// Credentials that a plugin prints. They are kept until they expire or until the server refuses them; one plugin runs at a time, and callers share
/// what it brings.
/// </summary>
internal sealed class ExecCredentials(ExecPlugin plugin, IExecPluginRunner runner, TimeProvider time) : KubernetesCredentials, IDisposable
{
    private readonly SemaphoreSlim _running = new(1, 1);
    private volatile Entry? _current;

    public override async ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        if (Valid() is { } cached)
        {
            return cached;
        }

        await _running.WaitAsync(cancellationToken);
        try
        {
            if (Valid() is { } made)
            {
                return made;
            }

            var entry = Parse(await runner.RunAsync(plugin, cancellationToken));
            _current = entry;
            return entry.Credential;
        }
        finally
        {
            _running.Release();
        }
    }

    public override bool Invalidate(Credential refused)
    {
        var current = _current;
        if (current is not null && ReferenceEquals(current.Credential, refused))
        {
            Interlocked.CompareExchange(ref _current, null, current);
        }

        return true;
    }

    public void Dispose() => _running.Dispose();

    private Credential? Valid() =>
        _current is { } current && (current.ExpiresAt is not { } expiry || time.GetUtcNow() < expiry) ? current.Credential : null;

    private Entry Parse(byte[] output)
    {
        ExecCredential? printed;
        try
        {
            printed = JsonSerializer.Deserialize(output, ExecCredentialJson.Default.ExecCredential);
        }
        catch (JsonException)
        {
            // What was printed may hold a token.
            throw new KubeConfigException($"{plugin.Where}: the output of '{plugin.Command}' is not JSON, expected an ExecCredential");
        }

        if (printed?.Kind != "ExecCredential" || printed.ApiVersion != plugin.ApiVersion)
        {
            throw new KubeConfigException(
                $"{plugin.Where}: '{plugin.Command}' printed the kind '{printed?.Kind}' of '{printed?.ApiVersion}', "
                + $"expected 'ExecCredential' of '{plugin.ApiVersion}'");
        }

        var status = printed.Status;
        var hasCertificate = !string.IsNullOrEmpty(status?.ClientCertificateData);
        if (status is null || (string.IsNullOrEmpty(status.Token) && !hasCertificate))
        {
            throw new KubeConfigException($"{plugin.Where}: '{plugin.Command}' printed neither token nor certificate, expected one in status");
        }

        if (hasCertificate == string.IsNullOrEmpty(status.ClientKeyData))
        {
            throw new KubeConfigException(
                $"{plugin.Where}: '{plugin.Command}' printed one of clientCertificateData and clientKeyData, expected both or none");
        }

        var where = $"{plugin.Where}: the output of '{plugin.Command}'";
        var certificate = hasCertificate
            ? PemMaterial.ClientCertificate(status.ClientCertificateData!, where, status.ClientKeyData!, where).Certificate
            : null;
        var header = string.IsNullOrEmpty(status.Token) ? null : new AuthenticationHeaderValue("Bearer", status.Token);
        return new Entry(new Credential(header, certificate), status.ExpirationTimestamp);
    }

    private sealed record Entry(Credential Credential, DateTimeOffset? ExpiresAt);
}

/// <summary>Runs a plugin and gives what it printed.</summary>
internal interface IExecPluginRunner
{
    Task<byte[]> RunAsync(ExecPlugin plugin, CancellationToken cancellationToken);
}
