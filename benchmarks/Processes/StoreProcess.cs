using System.Text.Json;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Benchmarks.Processes;

/// <summary>A shuffle store in a process of its own, so that its memory and its processor time are its own.</summary>
internal sealed class StoreProcess : IAsyncDisposable
{
    /// <summary>The first argument of the process.</summary>
    internal const string Role = "store";

    private readonly LineProcess _process;
    private readonly StoreGreeting _greeting;

    private StoreProcess(LineProcess process)
    {
        _process = process;
        _greeting = JsonSerializer.Deserialize<StoreGreeting>(process.Greeting)!;
    }

    internal Uri Address => _greeting.Address;

    internal string Key => _greeting.Key;

    /// <summary>Starts a store.</summary>
    /// <param name="directory">Where it keeps its objects; in memory if null.</param>
    internal static async Task<StoreProcess> StartAsync(string? directory) => new(
        await (directory is null ? LineProcess.StartAsync(Programs.Self, Role) : LineProcess.StartAsync(Programs.Self, Role, "--directory", directory)));

    /// <summary>How to reach it.</summary>
    internal FlightChannelOptions Channel() => new() { Endpoints = [Address], Key = Key };

    /// <summary>What it has done so far.</summary>
    internal Task<StoreMeasures> MeasureAsync() => _process.AskAsync<StoreMeasures>("measure");

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}

/// <summary>How a store says that it is ready.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Key">The operator's key.</param>
internal sealed record StoreGreeting(Uri Address, string Key);

/// <summary>What a store has done since it started.</summary>
/// <param name="Writes">Puts and creates of objects.</param>
/// <param name="Reads">Reads of objects.</param>
/// <param name="BytesWritten">Bytes in these writes.</param>
/// <param name="PeakBytes">The largest resident set.</param>
/// <param name="CpuSeconds">Processor time.</param>
internal sealed record StoreMeasures(long Writes, long Reads, long BytesWritten, long PeakBytes, double CpuSeconds);
