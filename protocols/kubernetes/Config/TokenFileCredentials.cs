using System.Net.Http.Headers;

namespace Executor.Kubernetes.Config;

/// <summary>
/// A bearer token in a file that somebody else renews, such as the kubelet. The file is looked at no more than once a minute, except after a 401;
/// if it cannot be read then, the last token stays in use.
/// </summary>
internal sealed class TokenFileCredentials(string path, string where, TimeProvider time) : KubernetesCredentials
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private Credential? _current;
    private string? _token;
    private long _readAt;

    public override ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_current is null || time.GetElapsedTime(_readAt) >= Interval)
            {
                Read_NeedsLock();
            }

            return new(_current!);
        }
    }

    public override bool Invalidate(Credential refused)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_current, refused))
            {
                Read_NeedsLock();
            }

            return !ReferenceEquals(_current, refused);
        }
    }

    private void Read_NeedsLock()
    {
        string token;
        try
        {
            token = PemMaterial.ReadFile(path, where).Trim();
            if (token.Length == 0)
            {
                throw new KubeConfigException($"{where}: the file is empty, expected a token");
            }
        }
        catch (KubeConfigException) when (_current is not null)
        {
            // A file that is being replaced is missing or empty for a moment.
            _readAt = time.GetTimestamp();
            return;
        }

        _readAt = time.GetTimestamp();
        if (token != _token)
        {
            _token = token;
            _current = new Credential(new AuthenticationHeaderValue("Bearer", token));
        }
    }
}
