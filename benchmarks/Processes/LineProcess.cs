using System.Diagnostics;
using System.Text.Json;

namespace Executor.Benchmarks.Processes;

/// <summary>A process that is talked to in lines: it prints one when it is ready, answers one to each, and ends with its input.</summary>
internal sealed class LineProcess : IAsyncDisposable
{
    private readonly Process _process;

    private LineProcess(Process process) => _process = process;

    internal int Id => _process.Id;

    /// <summary>Its first line, once it has come.</summary>
    internal string Greeting { get; private set; } = string.Empty;

    internal static Task<LineProcess> StartAsync(string program, params string[] arguments) =>
        StartAsync(new ProcessStartInfo(program, arguments));

    /// <summary>Starts it with what else is said of its start, such as its environment.</summary>
    internal static async Task<LineProcess> StartAsync(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        var started = new LineProcess(Process.Start(start)!);
        started.Greeting = await started.ReadAsync();
        return started;
    }

    internal async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    internal async Task<T> AskAsync<T>(string line) => JsonSerializer.Deserialize<T>(await AskAsync(line))!;

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} ended without an answer");
}
