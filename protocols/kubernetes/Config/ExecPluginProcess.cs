using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Executor.Kubernetes.Config;

/// <summary>Runs a plugin as a process: a minute at most unless it may ask somebody, and with limits on what it prints.</summary>
internal sealed class ExecPluginProcess(TimeProvider time) : IExecPluginRunner
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private const int MaxOutputBytes = 1024 * 1024;
    private const int MaxErrorBytes = 4096;

    public async Task<byte[]> RunAsync(ExecPlugin plugin, CancellationToken cancellationToken)
    {
        using var process = Start(plugin);
        using var limit = plugin.IsInteractive ? new CancellationTokenSource() : new CancellationTokenSource(Limit, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            // Whoever asks a person needs standard error for the question.
            var errors = plugin.IsInteractive ? Task.FromResult<byte[]>([]) : ReadAsync(process.StandardError.BaseStream, MaxErrorBytes, ends.Token);
            var output = await ReadAsync(process.StandardOutput.BaseStream, MaxOutputBytes + 1, ends.Token);
            await process.WaitForExitAsync(ends.Token);
            if (process.ExitCode != 0)
            {
                throw Failure(plugin, $"ended with code {process.ExitCode}{Quote(await errors)}");
            }

            return output.Length <= MaxOutputBytes ? output : throw Failure(plugin, $"printed more than {MaxOutputBytes} bytes");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure(plugin, $"did not end within {Limit.TotalSeconds:0} s");
        }
        finally
        {
            End(process);
        }
    }

    private static Process Start(ExecPlugin plugin)
    {
        var start = new ProcessStartInfo(plugin.Command, plugin.Arguments)
        {
            WorkingDirectory = plugin.WorkingDirectory,
            RedirectStandardInput = !plugin.IsInteractive,
            RedirectStandardOutput = true,
            RedirectStandardError = !plugin.IsInteractive,
            UseShellExecute = false,
        };
        foreach (var (name, value) in plugin.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = plugin.Info();
        try
        {
            var process = Process.Start(start)!;
            if (!plugin.IsInteractive)
            {
                process.StandardInput.Close();
            }

            return process;
        }
        catch (Win32Exception e)
        {
            var hint = string.IsNullOrEmpty(plugin.InstallHint) ? "" : $"\n{plugin.InstallHint}";
            throw new KubeConfigException($"{plugin.Where}: '{plugin.Command}' cannot be started: {e.Message}, expected a program on the PATH{hint}", e);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int maxBytes, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            // What is over the limit is read all the same: a full pipe would keep the plugin from ending.
            kept.Write(buffer, 0, Math.Min(read, maxBytes - (int)kept.Length));
        }

        return kept.ToArray();
    }

    private static void End(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended by itself in between.
        }
    }

    private static string Quote(byte[] errors)
    {
        var text = Encoding.UTF8.GetString(errors).Trim();
        return text.Length == 0 ? " and wrote nothing to standard error" : $": {text}";
    }

    private static KubeConfigException Failure(ExecPlugin plugin, string what) =>
        new($"{plugin.Where}: the credential plugin '{plugin.Command}' {what}");
}
