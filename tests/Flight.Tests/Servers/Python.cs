using System.Diagnostics;
using System.Globalization;
using Executor.TestKit;
using Xunit;

namespace Flight.Tests.Servers;

/// <summary>Runs the scripts of the official implementation; the calling test is skipped where that is not installed.</summary>
internal static class Python
{
    /// <summary>Runs a script to its end; a failure of it is one of the test.</summary>
    public static async Task RunAsync(string script, params string[] arguments)
    {
        using var process = Start(script, arguments);
        process.StandardInput.Close();
        var token = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(token);
        var errors = process.StandardError.ReadToEndAsync(token);
        try
        {
            await process.WaitForExitAsync(token);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        Assert.True(process.ExitCode == 0, $"{script} {string.Join(' ', arguments)} ended with {process.ExitCode}\n{await output}\n{await errors}");
    }

    /// <summary>Starts a script that prints the port it serves on.</summary>
    public static async Task<PythonServer> ServeAsync(string script)
    {
        var process = Start(script);
        var port = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return port is not null
            ? new PythonServer(process, int.Parse(port, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static Process Start(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(ExternalPart.Locate(ExternalPart.PyArrow), [Path.Combine(AppContext.BaseDirectory, "Scripts", script), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
    }
}

/// <summary>A Flight server in Python; disposing it ends it.</summary>
internal sealed class PythonServer(Process process, int port) : IDisposable
{
    public string Address => $"http://127.0.0.1:{port}";

    public void Kill() => process.Kill(entireProcessTree: true);

    public void Dispose()
    {
        Kill();
        process.Dispose();
    }
}
