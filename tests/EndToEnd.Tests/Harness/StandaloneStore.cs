using System.Globalization;
using System.Net.Sockets;
using Executor.TestKit;
using Executor.TestKit.Certificates;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Harness;

/// <summary>The built <c>shuffle-store</c> as a process of its own, in a workspace. It can be killed and started again on the same port and folder.</summary>
public sealed class StandaloneStore : IAsyncDisposable
{
    private static readonly string Program = Repository.Program("shuffle-store", "shuffle-store");
    private readonly Workspace _workspace;
    private readonly int _port = FreePort.Find();
    private readonly string[] _tls;
    private RunningProgram _process;

    private StandaloneStore(Workspace workspace, string keyFile, string[] tls)
    {
        _workspace = workspace;
        _tls = tls;
        KeyFile = keyFile;
        _process = StartProcess();
    }

    /// <summary>Where it listens.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"{(_tls.Length > 0 ? "https" : "http")}://127.0.0.1:{_port}");

    /// <summary>The file with its master key.</summary>
    public string KeyFile { get; }

    /// <summary>The folder with its objects.</summary>
    public string Folder => _workspace.PathOf("objects");

    /// <summary>The options that let <c>executor</c> use it.</summary>
    public string[] Options => ["--store", Url, "--store-key-file", KeyFile];

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="workspace">Where it belongs.</param>
    /// <param name="authority">What signs the certificate that it speaks TLS with; null for a store without TLS.</param>
    public static async Task<StandaloneStore> StartAsync(Workspace workspace, TestAuthority? authority = null)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        var keyFile = workspace.Write("store.key", "");
        await File.WriteAllBytesAsync(keyFile, [.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var store = new StandaloneStore(workspace, keyFile, authority is null ? [] : WriteCertificate(workspace, authority));
        await store.WhenListeningAsync();
        return store;
    }

    /// <summary>Kills it (SIGKILL) and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Signal(Signals.Kill);
        await _process.WaitAsync(CancellationToken.None);
        await _process.DisposeAsync();
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>.</summary>
    public Task RestartAsync()
    {
        _process = StartProcess();
        return WhenListeningAsync();
    }

    /// <summary>What it has written, for messages.</summary>
    public string Describe() => _process.Describe();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string[] WriteCertificate(Workspace workspace, TestAuthority authority)
    {
        var (certificate, key) = authority.ServerPem();
        return ["--tls-cert-file", workspace.Write("tls.crt", certificate), "--tls-key-file", workspace.Write("tls.key", key)];
    }

    private RunningProgram StartProcess() => _workspace.StartProgram(
        Program,
        ["--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}"), "--directory", Folder, "--key-file", KeyFile, .. _tls]);

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
