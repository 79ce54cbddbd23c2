using System.Text.Encodings.Web;
using System.Text.Json;
using Executor.Driving;

namespace Executor.Running.Steps;

/// <summary>
/// The file in which a step hands its result on: one JSON object, as Airflow reads it from <c>/airflow/xcom/return.json</c> and Argo Workflows as an
/// output parameter. It names the run and its results and holds none of their data.
/// </summary>
internal static class XComFile
{
    /// <summary>The variable that names the file where no option does.</summary>
    public const string Variable = "EXECUTOR_XCOM_FILE";

    private const int MaxFailures = 10;
    private static readonly JsonWriterOptions Options = new() { Indented = false, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the file so that whoever reads it sees either all of it or what was there before, where the folder allows.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, RunSummary summary)
    {
        var content = Render(summary);
        var temporary = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetFileName(path)}.{Environment.ProcessId}");
        try
        {
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that is mounted by itself cannot be replaced, nor one in a folder that is not ours; it can be written.
            File.WriteAllBytes(path, content);
            TryDelete(temporary);
        }
    }

    /// <summary>The content: UTF-8 without a byte order mark.</summary>
    public static byte[] Render(RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("run", summary.Run);
            json.WriteString("workflow", summary.Workflow);
            json.WriteString("outcome", OutcomeOf(summary));
            json.WriteNumber("exitCode", summary.ExitCode);
            json.WriteString("store", summary.Store?.ToString());
            WriteResults(json, summary);
            if (summary.Reason is { } reason)
            {
                json.WriteString("reason", reason);
            }

            if (summary.Failures.Count > 0)
            {
                WriteFailures(json, summary);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static string OutcomeOf(RunSummary summary) => summary switch
    {
        { End: { } end } => JsonNamingPolicy.CamelCase.ConvertName(end.ToString()),
        { ExitCode: Contracts.Reporting.ExitCodes.Succeeded } => "submitted",
        { ExitCode: Contracts.Reporting.ExitCodes.InvalidInput } => "invalid",
        { ExitCode: Contracts.Reporting.ExitCodes.Interrupted or Contracts.Reporting.ExitCodes.Terminated } => "interrupted",
        _ => "unavailable",
    };

    private static void WriteResults(Utf8JsonWriter json, RunSummary summary)
    {
        json.WriteStartArray("results");
        foreach (var result in summary.Results)
        {
            json.WriteStartObject();
            json.WriteString("output", result.Output.ToString());
            json.WriteNumber("rows", result.Rows);
            json.WriteNumber("bytes", result.Bytes);
            json.WriteNumber("partitions", result.Partitions);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFailures(Utf8JsonWriter json, RunSummary summary)
    {
        json.WriteNumber("failureCount", summary.FailureCount);
        json.WriteStartArray("failures");
        foreach (RunFailure failure in summary.Failures.Take(MaxFailures))
        {
            json.WriteStartObject();
            if (failure.Attempt is { } attempt)
            {
                JsonLine.WriteAttempt(json, attempt);
            }

            json.WriteString("reason", failure.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What could not be made need not be deleted.
        }
    }
}
