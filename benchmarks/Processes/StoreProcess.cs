using System.Diagnostics;
using System.Text.Json;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Benchmarks.Processes;

/// <summary>A shuffle store in a process of its own, so that its memory and its processor time are its own.</summary>
internal sealed class StoreProcess : IAsyncDisposable
{
    /// <summary>The first argument of the process.</summary>
    internal const string Role = "store";

    // As shuffle-store.csproj has it, in the hexadecimal digits that the variable wants: this program's own settings are those of the executor.
    private static readonly (string Name, string Value) YoungestGeneration = ("DOTNET_GCGen0MaxBudget", "1000000");

    private readonly LineProcess _process;
    private readonly StoreGreeting _greeting;

    private StoreProcess(LineProcess process)
    {
        _process = process;
        _greeting = JsonSerializer.Deserialize<StoreGreeting>(process.Greeting)!;
    }

    internal int Id => _process.Id;

    internal Uri Address => _greeting.Address;

    internal string Key => _greeting.Key;

    /// <summary>Starts a store.</summary>
    /// <param name="directory">Where it keeps its objects; in memory if null.</param>
    /// <param name="keyFile">Where its master key is, or is put; only its own if null.</param>
    /// <param name="tls">Whether it speaks TLS.</param>
    internal static Task<StoreProcess> StartAsync(string? directory, string? keyFile = null, bool tls = false) => StartAsync(
    [
        Role,
        .. directory is null ? Array.Empty<string>() : ["--directory", directory],
        .. keyFile is null ? Array.Empty<string>() : ["--key-file", keyFile],
        .. tls ? ["--tls", "yes"] : Array.Empty<string>(),
    ]);

    /// <summary>Starts a store on the bucket of the environment.</summary>
    /// <param name="prefix">What the keys of its objects begin with.</param>
    /// <param name="keyFile">Where its master key is, or is put, which stores that share a bucket share as well.</param>
    internal static Task<StoreProcess> StartOnBucketAsync(string prefix, string keyFile) =>
        StartAsync([Role, "--bucket-prefix", prefix, "--key-file", keyFile]);

    /// <summary>The authority of its certificate, in PEM; null if it speaks no TLS.</summary>
    internal string? Authority => _greeting.Authority;

    /// <summary>How to reach it.</summary>
    internal FlightChannelOptions Channel() => new()
    {
        Endpoints = [Address],
        Key = Key,
        Trust = Authority is { } authority ? new StoreTrust(authority) : null,
    };

    /// <summary>What it has done so far.</summary>
    internal Task<StoreMeasures> MeasureAsync() => _process.AskAsync<StoreMeasures>("measure");

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<StoreProcess> StartAsync(string[] arguments)
    {
        var start = new ProcessStartInfo(Programs.Self, arguments);
        start.Environment.TryAdd(YoungestGeneration.Name, YoungestGeneration.Value);
        return new StoreProcess(await LineProcess.StartAsync(start));
    }
}

/// <summary>How a store says that it is ready.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Key">The operator's key.</param>
/// <param name="Authority">The authority of its certificate, in PEM; null if it speaks no TLS.</param>
internal sealed record StoreGreeting(Uri Address, string Key, string? Authority);

/// <summary>What a store has done since it started.</summary>
/// <param name="Writes">Puts and creates of objects.</param>
/// <param name="Reads">Reads of objects.</param>
/// <param name="BytesWritten">Bytes in these writes.</param>
/// <param name="PeakBytes">The largest resident set.</param>
/// <param name="CpuSeconds">Processor time.</param>
internal sealed record StoreMeasures(long Writes, long Reads, long BytesWritten, long PeakBytes, double CpuSeconds);
