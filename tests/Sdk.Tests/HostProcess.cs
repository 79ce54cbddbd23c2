using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Xunit;

namespace Executor.Sdk.Tests;

/// <summary>Runs the real host as a process of its own, as the runner does.</summary>
internal static class HostProcess
{
    public static DataBinding Stdin(string name, DataFormat format = DataFormat.Arrow) => new(name, "-", format);

    public static DataBinding Stdout(string name, DataFormat format = DataFormat.Arrow) => new(name, "-", format);

    /// <summary>Runs a type of the assembly with the test bodies.</summary>
    public static Task<HostRun> RunBodyAsync(
        string type,
        DataBinding[]? inputs = null,
        DataBinding[]? outputs = null,
        byte[]? stdin = null,
        Dictionary<string, string>? parameters = null,
        Dictionary<string, string>? environment = null) =>
        RunAsync(Bodies, type, inputs, outputs, stdin, parameters, environment);

    public static string Bodies => typeof(TaskBodies.Count).Assembly.Location;

    public static async Task<HostRun> RunAsync(
        string assembly,
        string? type,
        DataBinding[]? inputs = null,
        DataBinding[]? outputs = null,
        byte[]? stdin = null,
        Dictionary<string, string>? parameters = null,
        Dictionary<string, string>? environment = null)
    {
        string[] arguments = type is null ? ["--assembly", assembly] : ["--assembly", assembly, "--type", type];
        using var process = Start(arguments, inputs, outputs, parameters, environment);
        return await FinishAsync(process, stdin);
    }

    public static Process Start(
        string[] arguments,
        DataBinding[]? inputs = null,
        DataBinding[]? outputs = null,
        Dictionary<string, string>? parameters = null,
        Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "dotnet-host"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[EnvironmentNames.Inputs] = JsonSerializer.Serialize(inputs ?? [], ContractsJson.Default.DataBindingArray);
        start.Environment[EnvironmentNames.Outputs] = JsonSerializer.Serialize(outputs ?? [], ContractsJson.Default.DataBindingArray);
        start.Environment[EnvironmentNames.Parameters] =
            JsonSerializer.Serialize(parameters ?? [], ContractsJson.Default.IReadOnlyDictionaryStringString);
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static async Task<HostRun> FinishAsync(Process process, byte[]? stdin = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output, cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.StandardInput.BaseStream.WriteAsync(stdin ?? [], cancellation);
        process.StandardInput.Close();
        await reading;
        await process.WaitForExitAsync(cancellation);
        return new HostRun(process.ExitCode, output.ToArray(), await errors);
    }

    public static byte[] ArrowBytes(params RecordBatch[] batches)
    {
        using var stream = new MemoryStream();
        using var writer = new ArrowStreamWriter(stream, batches[0].Schema);
        foreach (var batch in batches)
        {
            writer.WriteRecordBatch(batch);
        }

        writer.WriteEnd();
        return stream.ToArray();
    }

    public static List<RecordBatch> ReadArrow(byte[] bytes)
    {
        using var reader = new ArrowStreamReader(new MemoryStream(bytes), options: new IpcReaderOptions { RequireEndOfStreamMarker = true });
        var batches = new List<RecordBatch>();
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            batches.Add(batch);
        }

        return batches;
    }

    public static IEnumerable<long> NumbersOf(byte[] bytes) =>
        ReadArrow(bytes).SelectMany(batch => ((Int64Array)batch.Column(0)).Values.ToArray());
}

/// <summary>How a host process ended and what it printed.</summary>
internal sealed record HostRun(int ExitCode, byte[] Output, string Errors)
{
    /// <summary>The numbers on standard output, after a success.</summary>
    public IEnumerable<long> Numbers()
    {
        Assert.True(ExitCode == 0, Errors);
        return HostProcess.NumbersOf(Output);
    }

    /// <summary>The text on standard output, after a success.</summary>
    public string Text()
    {
        Assert.True(ExitCode == 0, Errors);
        return Encoding.UTF8.GetString(Output);
    }
}
