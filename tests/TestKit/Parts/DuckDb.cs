using System.Text.Json;
using Executor.TestKit.Processes;

namespace Executor.TestKit.Parts;

/// <summary>DuckDB's command line.</summary>
public static class DuckDb
{
    /// <summary>
    /// Runs statements and returns the rows of the last query, each cell as JSON writes it: numbers digit by digit as DuckDB prints them.
    /// The calling test is skipped where DuckDB is missing (<see cref="ExternalPart"/>).
    /// </summary>
    public static async Task<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        var start = new ProgramStart(ExternalPart.Locate(ExternalPart.DuckDb), "-json", "-c", sql);
        var result = (await RunningProgram.RunAsync(start, cancellationToken)).Expect(0);
        if (string.IsNullOrWhiteSpace(result.Output))
        {
            return [];
        }

        using var document = JsonDocument.Parse(result.Output);
        return
        [
            .. document.RootElement.EnumerateArray().Select(row => row.EnumerateObject().ToDictionary(cell => cell.Name, cell => cell.Value.Clone())),
        ];
    }
}
