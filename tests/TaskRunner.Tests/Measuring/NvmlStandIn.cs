using Executor.TestKit;
using Executor.TestKit.Processes;

namespace Executor.TaskRunner.Tests.Measuring;

/// <summary>A library with the functions of NVML's that the runner calls, compiled from <c>StandIns/nvml.c</c>, and the GPUs that it tells of.</summary>
internal sealed class NvmlStandIn : IDisposable
{
    private readonly TemporaryDirectory _folder = new("nvml-");
    private int _written;

    private NvmlStandIn()
    {
    }

    /// <summary>Where the library is.</summary>
    public string Library => _folder.PathOf("libnvidia-ml.so.1");

    private string Figures => _folder.PathOf("figures");

    /// <summary>Compiles it; it has no driver until <see cref="Set"/> is called. Where there is no C compiler the calling test is skipped.</summary>
    public static async Task<NvmlStandIn> CompileAsync(CancellationToken cancellationToken)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "cc"))))
        {
            ExternalPart.Missing("there is no cc on the path; scripts/lab install brings one");
        }

        var standIn = new NvmlStandIn();
        var source = Path.Combine(AppContext.BaseDirectory, "Measuring", "StandIns", "nvml.c");
        (await RunningProgram.RunAsync(
            new ProgramStart("cc", "-shared", "-fPIC", "-Wall", "-Werror", $"-DFIGURES=\"{standIn.Figures}\"", "-o", standIn.Library, source),
            cancellationToken)).Expect(0);
        return standIn;
    }

    /// <summary>From now on there are these GPUs; a number below zero is one that a GPU does not tell.</summary>
    public void Set(params (long UsedBytes, int BusyPercent)[] gpus)
    {
        // In one step: the library may be reading.
        var next = _folder.PathOf($"figures.{++_written}");
        File.WriteAllLines(next, gpus.Select(gpu => $"{gpu.UsedBytes} {gpu.BusyPercent}"));
        File.Move(next, Figures, overwrite: true);
    }

    public void Dispose() => _folder.Dispose();
}
