using System.Globalization;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;

namespace Executor.Benchmarks.PyArrow;

/// <summary>pyarrow's own Flight server, which keeps what it is sent in memory.</summary>
internal sealed class PyArrowServer : IAsyncDisposable
{
    internal static readonly string Script = Path.Combine(AppContext.BaseDirectory, "PyArrow", "peer.py");
    private readonly LineProcess _process;

    private PyArrowServer(LineProcess process) => _process = process;

    internal Uri Address => new($"http://127.0.0.1:{int.Parse(_process.Greeting, CultureInfo.InvariantCulture)}");

    internal long PeakBytes => ProcessMemory.PeakBytes(_process.Id);

    internal static async Task<PyArrowServer> StartAsync(string python) => new(await LineProcess.StartAsync(python, Script, "serve"));

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
