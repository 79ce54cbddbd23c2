using System.Diagnostics;
using System.Globalization;
using Executor.Shuffle.Engine.Security;

namespace Shuffle.Tests.Hosting;

/// <summary>The store as a process of its own; killed with the test if it still runs.</summary>
internal sealed class StoreProcess : IDisposable
{
    private static readonly Dictionary<string, string> NothingElse = [];

    private readonly Process _process;

    private StoreProcess(Process process, Uri address, string operatorKey) => (_process, Address, OperatorKey) = (process, address, operatorKey);

    internal Uri Address { get; }

    internal string OperatorKey { get; }

    /// <summary>Where its metrics are, if it was started with <c>--metrics-listen</c>.</summary>
    internal Uri? Metrics { get; private init; }

    internal int Id => _process.Id;

    /// <summary>Starts one on a folder and waits until it listens.</summary>
    internal static Task<StoreProcess> StartAsync(string directory, int port, CancellationToken cancellationToken) =>
        StartAsync(Path.Combine(directory, "store.key"), port, cancellationToken, "--directory", directory);

    /// <summary>Starts one on whatever the arguments say and waits until it listens.</summary>
    internal static Task<StoreProcess> StartAsync(string keyFile, int port, CancellationToken cancellationToken, params string[] arguments) =>
        StartAsync(keyFile, port, NothingElse, cancellationToken, arguments);

    /// <summary>Starts one with these variables, in place of what this process has, and waits until it listens.</summary>
    internal static async Task<StoreProcess> StartAsync(
        string keyFile, int port, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken, params string[] arguments)
    {
        var process = Start(
            environment, [.. arguments, "--key-file", keyFile, "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "--linger-ms", "200"]);
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        Assert.True(
            line?.StartsWith("listening on http://127.0.0.1:", StringComparison.Ordinal),
            line ?? await process.StandardError.ReadToEndAsync(cancellationToken));
        var keys = new StoreKeys(MasterKeyFile.ReadOrCreate(keyFile));
        return new StoreProcess(process, new Uri(line!["listening on ".Length..]), keys.OperatorKey)
        {
            Metrics = arguments.Contains("--metrics-listen") && await process.StandardOutput.ReadLineAsync(cancellationToken) is { } second
                ? new Uri(second["metrics at ".Length..])
                : null,
        };
    }

    /// <summary>Starts one that ends by itself, and returns its exit code and what it wrote to standard error.</summary>
    internal static Task<(int Code, string Error)> FailAsync(CancellationToken cancellationToken, params string[] arguments) =>
        FailAsync(NothingElse, cancellationToken, arguments);

    /// <summary>Starts one with these variables, in place of what this process has, that ends by itself, and returns its exit code and what it wrote to standard error.</summary>
    internal static async Task<(int Code, string Error)> FailAsync(
        IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        var error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, error);
    }

    internal void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    internal async Task<int> TerminateAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static Process Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "shuffle-store.dll");
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
