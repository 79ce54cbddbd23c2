using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Executor.TestKit.Processes;

/// <summary>
/// A program under test: started as a shell with job control starts a foreground job, in a process group of its own and with default signal
/// handling, its output collected as it comes.
/// </summary>
public sealed class RunningProgram : IAsyncDisposable
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly ProgramStart _start;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Task _readers;
    private readonly long _started = TimeProvider.System.GetTimestamp();

    private RunningProgram(Process process, ProgramStart start)
    {
        _process = process;
        _start = start;
        Id = process.Id;
        _readers = Task.WhenAll(CollectAsync(process.StandardOutput, _output), CollectAsync(process.StandardError, _error));
    }

    /// <summary>The process's id, and its group's.</summary>
    public int Id { get; }

    /// <summary>True once it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>What it has written to standard output so far.</summary>
    public string Output => Snapshot(_output);

    /// <summary>What it has written to standard error so far.</summary>
    public string Error => Snapshot(_error);

    /// <summary>The command line, for messages.</summary>
    public string Command => string.Join(' ', _start.Arguments.Prepend(_start.File));

    /// <summary>Starts it.</summary>
    public static RunningProgram Start(ProgramStart start)
    {
        ArgumentNullException.ThrowIfNull(start);

        // A background job of a shell without job control, as CI may be, ignores SIGINT and hands that on; env(1) undoes it.
        var info = new ProcessStartInfo("setsid", ["env", "--default-signal", start.File, .. start.Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = start.WorkingDirectory ?? "",
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        var process = Process.Start(info) ?? throw new Win32Exception($"{start.File} did not start");
        var running = new RunningProgram(process, start);
        if (start.Input is { } input)
        {
            process.StandardInput.Write(input);
        }

        process.StandardInput.Close();
        return running;
    }

    /// <summary>Starts it and waits for its end.</summary>
    public static async Task<ProgramResult> RunAsync(ProgramStart start, CancellationToken cancellationToken)
    {
        await using var program = Start(start);
        return await program.WaitAsync(cancellationToken);
    }

    /// <summary>Sends it a signal.</summary>
    public void Signal(int signal) => Signals.Send(Id, signal);

    /// <summary>Sends a signal to it and to what it started in its group: what a terminal does on Ctrl-C.</summary>
    public void SignalGroup(int signal) => Signals.Send(-Id, signal);

    /// <summary>Waits for its end, and for the end of its output. Throws <see cref="TimeoutException"/> with all that is known past the limit.</summary>
    public async Task<ProgramResult> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            var left = _start.Limit - TimeProvider.System.GetElapsedTime(_started);
            await _process.WaitForExitAsync(cancellationToken).WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Command} has not ended within {_start.Limit.TotalSeconds:0} s.\n{Describe()}");
        }

        try
        {
            await _readers.WaitAsync(DrainLimit, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Command} has ended with exit code {_process.ExitCode}, but something still holds its output.\n{Describe()}");
        }

        return new ProgramResult(Command, _process.ExitCode, Output, Error);
    }

    /// <summary>Waits until a line of standard error, or of standard output, holds a text. Throws where the program ends before.</summary>
    public Task WaitForTextAsync(string text, bool error, CancellationToken cancellationToken) => Poll.UntilAsync(
        () =>
        {
            var ended = _process.HasExited && _readers.IsCompleted;
            return (error ? Error : Output).Contains(text, StringComparison.Ordinal)
                || (ended ? throw new InvalidOperationException($"{Command} has ended without having written '{text}'.\n{Describe()}") : false);
        },
        _start.Limit,
        () => $"'{text}' of {Command}.\n{Describe()}",
        cancellationToken);

    /// <summary>What it has written, and what runs in its group.</summary>
    public string Describe() => $"""
        --- standard output
        {Output}
        --- standard error
        {Error}
        --- processes below it
        {string.Join('\n', LinuxProcess.Tree(Id))}
        ---
        """;

    /// <summary>Kills it and its group if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // One that was started a moment ago may not have its group yet.
            Signal(Signals.Kill);
            SignalGroup(Signals.Kill);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static string Snapshot(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private static async Task CollectAsync(StreamReader reader, StringBuilder text)
    {
        var buffer = new char[4096];
        for (int count; (count = await reader.ReadAsync(buffer)) > 0;)
        {
            lock (text)
            {
                text.Append(buffer, 0, count);
            }
        }
    }
}
