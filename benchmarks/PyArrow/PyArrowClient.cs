using System.Text.Json;
using System.Text.Json.Serialization;
using Executor.Benchmarks.Processes;

namespace Executor.Benchmarks.PyArrow;

/// <summary>pyarrow as the client of a Flight server, ours or its own.</summary>
internal sealed class PyArrowClient : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly LineProcess _process;

    private PyArrowClient(LineProcess process) => _process = process;

    internal static async Task<PyArrowClient> StartAsync(string python) => new(await LineProcess.StartAsync(python, PyArrowServer.Script, "client"));

    /// <summary>Sends streams, one per descriptor, all at a time; returns once every server has ended its call.</summary>
    internal Task<FlightAnswer> PutAsync(Uri server, string? token, IReadOnlyList<string> commands, int rows, long bytesPerStream) =>
        AskAsync(new { op = "put", uri = Grpc(server), token, commands, rows, bytes = bytesPerStream });

    /// <summary>Reads streams, one per ticket, all at a time.</summary>
    internal Task<FlightAnswer> GetAsync(Uri server, string? token, IReadOnlyList<string> tickets) =>
        AskAsync(new { op = "get", uri = Grpc(server), token, tickets });

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Grpc(Uri server) => $"grpc://{server.Authority}";

    private async Task<FlightAnswer> AskAsync(object request) =>
        JsonSerializer.Deserialize<FlightAnswer>(await _process.AskAsync(JsonSerializer.Serialize(request, Json)), Json)!;
}

/// <summary>What calls came to that ran side by side.</summary>
/// <param name="Seconds">From the first one's start to the last one's end.</param>
/// <param name="Results">What each came to.</param>
internal sealed record FlightAnswer(double Seconds, IReadOnlyList<FlightCallResult> Results)
{
    internal long Bytes => Results.Sum(result => result.Bytes);
}

/// <summary>What a call came to.</summary>
/// <param name="Bytes">Bytes of the batches, sent or received.</param>
/// <param name="Last">What the server said last in a put.</param>
internal sealed record FlightCallResult(long Bytes, string? Last);
