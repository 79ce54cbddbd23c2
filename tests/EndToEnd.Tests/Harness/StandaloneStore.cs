using System.Globalization;
using System.Net.Sockets;
using Executor.TestKit;
using Executor.TestKit.Certificates;
using Executor.TestKit.Processes;
using Executor.TestKit.S3;
using Xunit;

namespace EndToEnd.Tests.Harness;

/// <summary>The built <c>shuffle-store</c> as a process of its own, in a workspace. It can be killed and started again on the same port and folder.</summary>
public sealed class StandaloneStore : IAsyncDisposable
{
    private static readonly string Program = Repository.Program("shuffle-store", "shuffle-store");
    private readonly Workspace _workspace;
    private readonly int _port = FreePort.Find();
    private readonly string[] _tls;
    private readonly string[] _objects;
    private RunningProgram _process;
    private bool _hasEnded;

    private StandaloneStore(Workspace workspace, string keyFile, string[] objects, string[] tls)
    {
        _workspace = workspace;
        _objects = objects;
        _tls = tls;
        KeyFile = keyFile;
        _process = StartProcess();
    }

    /// <summary>Where it listens.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"{(_tls.Length > 0 ? "https" : "http")}://127.0.0.1:{_port}");

    /// <summary>The file with its master key.</summary>
    public string KeyFile { get; }

    /// <summary>The folder with its objects; empty where they are in a bucket.</summary>
    public string Folder => FolderOf(_workspace);

    /// <summary>The options that let <c>executor</c> use it.</summary>
    public string[] Options => ["--store", Url, "--store-key-file", KeyFile];

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="workspace">Where it belongs.</param>
    /// <param name="authority">What signs the certificate that it speaks TLS with; null for a store without TLS.</param>
    /// <param name="bucket">Has its objects, below a prefix of the store's own; null for a folder.</param>
    public static async Task<StandaloneStore> StartAsync(Workspace workspace, TestAuthority? authority = null, S3Server? bucket = null)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        var keyFile = workspace.Write("store.key", "");
        await File.WriteAllBytesAsync(keyFile, [.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var store = new StandaloneStore(workspace, keyFile, bucket is null ? ["--directory", FolderOf(workspace)] : InBucket(workspace, bucket), authority is null ? [] : WriteCertificate(workspace, authority));
        await store.WhenListeningAsync();
        return store;
    }

    /// <summary>Starts one more on the same objects, with the same key, and waits until it listens.</summary>
    public async Task<StandaloneStore> StartAnotherAsync()
    {
        var other = new StandaloneStore(_workspace, KeyFile, _objects, _tls);
        await other.WhenListeningAsync();
        return other;
    }

    /// <summary>Kills it (SIGKILL) and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Signal(Signals.Kill);
        await _process.WaitAsync(CancellationToken.None);
        await EndedAsync();
    }

    /// <summary>Has it end in good order (SIGTERM) and waits until it is gone.</summary>
    public async Task TerminateAsync()
    {
        _process.Signal(Signals.Terminate);
        (await _process.WaitAsync(CancellationToken.None)).Expect(0);
        await EndedAsync();
    }

    /// <summary>Starts it again after it has ended.</summary>
    public Task RestartAsync()
    {
        _process = StartProcess();
        _hasEnded = false;
        return WhenListeningAsync();
    }

    /// <summary>What it has written, for messages.</summary>
    public string Describe() => _process.Describe();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_hasEnded)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task EndedAsync()
    {
        await _process.DisposeAsync();
        _hasEnded = true;
    }

    private static string FolderOf(Workspace workspace) => workspace.PathOf("objects");

    private static string[] InBucket(Workspace workspace, S3Server server) =>
    [
        "--s3-bucket", server.Bucket,
        "--s3-endpoint", server.Endpoint.GetLeftPart(UriPartial.Authority),
        "--s3-region", server.Region,
        "--s3-prefix", $"end-to-end-{Guid.NewGuid():n}/",
        "--s3-access-key-file", workspace.Write("access-key", server.AccessKey),
        "--s3-secret-key-file", workspace.Write("secret-key", server.SecretKey),
        .. server.UsePathStyle ? ["--s3-path-style"] : Array.Empty<string>(),
    ];

    private static string[] WriteCertificate(Workspace workspace, TestAuthority authority)
    {
        var (certificate, key) = authority.ServerPem();
        return ["--tls-cert-file", workspace.Write("tls.crt", certificate), "--tls-key-file", workspace.Write("tls.key", key)];
    }

    private RunningProgram StartProcess() => _workspace.StartProgram(
        Program,
        ["--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}"), "--key-file", KeyFile, .. _objects, .. _tls]);

    private Task WhenListeningAsync() => Poll.UntilAsync(
        () =>
        {
            Assert.False(_process.HasExited, $"the store has ended\n{_process.Describe()}");
            try
            {
                using var client = new TcpClient("127.0.0.1", _port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(60),
        () => $"the store at {Url}\n{_process.Describe()}",
        CancellationToken.None);
}
