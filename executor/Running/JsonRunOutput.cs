using System.Text.Json;
using Executor.Cluster.Usage;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Planning;
using Executor.Shuffle.Channel;

namespace Executor.Running;

/// <summary>
/// A run for programs: one JSON object a line, each with its <c>event</c>: <c>started</c>, <c>progress</c>, <c>usage</c>, <c>attempt</c>, <c>notice</c>,
/// <c>log</c>, <c>output</c>, <c>written</c>, and at last <c>finished</c>.
/// </summary>
internal sealed class JsonRunOutput(TextWriter writer) : IRunOutput
{
    private readonly Lock _writing = new();

    /// <inheritdoc/>
    public void Started(string run, RunPlan plan, string machine) => Write("started", json =>
    {
        json.WriteString("run", run);
        json.WriteString("workflow", plan.Workflow);
        json.WriteNumber("tasks", plan.Tasks.Count);
        json.WriteNumber("instances", plan.Tasks.Sum(task => (long)task.Instances));
        json.WriteString("machine", machine);
    });

    /// <inheritdoc/>
    public void Progress(RunProgress progress) => Write("progress", json =>
    {
        json.WriteString("at", progress.At);
        JsonLine.WriteTasks(json, progress);
    });

    /// <inheritdoc/>
    public void Usage(LiveUsage usage) => Write("usage", json => JsonLine.WriteUsage(json, usage));

    /// <inheritdoc/>
    public void AttemptEnded(AttemptRow attempt) => Write("attempt", json =>
    {
        JsonLine.WriteAttempt(json, attempt.Attempt);
        json.WriteString("cause", attempt.Outcome.Cause.ToString());
        json.WriteString("reason", attempt.Outcome.Reason);
        WriteNumber(json, "exitCode", attempt.Outcome.ExitCode);
        WriteNumber(json, "signal", attempt.Outcome.Signal);
        WriteFailure(json, attempt);
        json.WriteNumber("memoryRequestedBytes", attempt.Resources.MemoryBytes);
        if (attempt.Usage is { } usage)
        {
            json.WritePropertyName("usage");
            JsonSerializer.Serialize(json, usage, Contracts.ContractsJson.Default.AttemptUsage);
        }
    });

    /// <inheritdoc/>
    public void Notice(string message) => Write("notice", json => json.WriteString("message", message));

    /// <inheritdoc/>
    public void Log(AttemptId attempt, string line) => Write("log", json =>
    {
        JsonLine.WriteAttempt(json, attempt);
        json.WriteString("line", line);
    });

    /// <inheritdoc/>
    public void Output(SealRecord seal, bool isResult) => Write("output", json =>
    {
        json.WriteString("output", seal.Output.ToString());
        json.WriteNumber("generation", seal.Generation);
        json.WriteBoolean("result", isResult);
        json.WriteNumber("instances", seal.Instances.Count);
        json.WriteNumber("partitions", seal.PartitionCount);
        json.WriteNumber("partitionsWithRows", seal.Partitions.Count(partition => partition.Rows > 0));
        json.WriteNumber("blocks", seal.Partitions.Sum(partition => partition.Blocks));
        json.WriteNumber("rows", seal.Partitions.Sum(partition => partition.Rows));
        json.WriteNumber("bytes", seal.Partitions.Sum(partition => partition.Bytes));
        json.WriteNumber("segments", seal.Segments.Count);
    });

    /// <inheritdoc/>
    public Task ResultAsync(IShuffleChannel channel, SealId seal, SealRecord record, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Written(OutputId output, string path) => Write("written", json =>
    {
        json.WriteString("output", output.ToString());
        json.WriteString("path", path);
    });

    /// <inheritdoc/>
    public void Finished(string run, RunResult result, AttemptSums sums, TimeSpan elapsed, int exitCode) => Write("finished", json =>
    {
        json.WriteString("run", run);
        json.WriteString("outcome", JsonNamingPolicy.CamelCase.ConvertName(result.End.ToString()));
        json.WriteNumber("exitCode", exitCode);
        json.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
        if (result.Message is { } message)
        {
            json.WriteString("message", message);
        }

        json.WriteStartArray("failures");
        foreach (var failure in result.Failures)
        {
            json.WriteStartObject();
            if (failure.Attempt is { } attempt)
            {
                JsonLine.WriteAttempt(json, attempt);
            }

            json.WriteString("reason", failure.Reason);
            if (failure.LogTail is { } tail)
            {
                json.WriteString("logTail", tail);
            }

            if (failure.Advice is { } advice)
            {
                json.WriteString("advice", advice);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        JsonLine.WriteAccounts(json, sums.Accounts);
        JsonLine.WriteAdvice(json, sums.Advice.Changes());
    });

    /// <summary>What helps to understand a failure for good: whoever follows a driver shows it at the end.</summary>
    private static void WriteFailure(Utf8JsonWriter json, AttemptRow attempt)
    {
        if (!attempt.Final)
        {
            return;
        }

        json.WriteBoolean("final", true);
        if (attempt.LogTail is { } tail)
        {
            json.WriteString("logTail", tail);
        }

        if (attempt.Advice is { } advice)
        {
            json.WriteString("advice", advice);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private void Write(string name, Action<Utf8JsonWriter> content)
    {
        lock (_writing)
        {
            JsonLine.Write(writer, json =>
            {
                json.WriteString("event", name);
                content(json);
            });
            writer.Flush();
        }
    }
}
