using Executor.TaskRunner.Reporting;
using Microsoft.Win32.SafeHandles;

namespace Executor.TaskRunner.Execution;

/// <summary>Moves what a body says into the attempt's log as it comes.</summary>
internal static class LogPump
{
    private const int BufferBytes = 16 << 10;

    /// <summary>Reads a pipe to its end on a thread of its own.</summary>
    public static Task Start(SafeFileHandle pipe, AttemptLog log)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Pump(pipe, log, end)) { IsBackground = true, Name = "log" }.Start();
        return end.Task;
    }

    private static void Pump(SafeFileHandle pipe, AttemptLog log, TaskCompletionSource end)
    {
        var body = log.OpenBody();
        try
        {
            using var stream = new FileStream(pipe, FileAccess.Read, bufferSize: 0);
            var buffer = new byte[BufferBytes];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                body.Append(buffer.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            log.Line($"the body's output cannot be read any further: {e.Message}");
        }

        body.End();
        end.TrySetResult();
    }
}
