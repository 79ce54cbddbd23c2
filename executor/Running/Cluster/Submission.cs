using System.Text.Json;
using System.Text.Json.Serialization;
using Executor.Driving;
using Executor.Planning;

namespace Executor.Running.Cluster;

/// <summary>
/// What the driver of a run is told by whoever submits it: kept in the run's records under its hash, which the driver's Job names.
/// </summary>
internal sealed record Submission
{
    /// <summary>The hash under which the resolved workflow is kept.</summary>
    public required string Workflow { get; init; }

    /// <summary>Where the code of the workflow's tasks is.</summary>
    public required IReadOnlyDictionary<string, CodeLocation> Code { get; init; }

    /// <summary>Attempts at a time; null for no bound but the workflow's.</summary>
    public int? Parallel { get; init; }

    /// <summary>Attempts that may be launched and not seen to run; null for the default.</summary>
    public int? PendingLimit { get; init; }

    /// <summary>
    /// A run that has failed or was cancelled goes on if its journal's entry that says so has a smaller number; so a driver that is replaced after it
    /// has resumed a run does not resume it again.
    /// </summary>
    public long ResumeBefore { get; init; }

    /// <summary>True to leave Jobs and pods of ended attempts where they are.</summary>
    public bool KeepJobs { get; init; }

    /// <summary>Whether a driver of this submission takes a run up again that stands like this; null for one of which nothing stands.</summary>
    public bool Resumes(RunStatus? status) => status is not null && ResumeBefore > 0 && (status.Finished is null || status.FinishedBy < ResumeBefore);

    /// <summary>As JSON.</summary>
    public byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, SubmissionJson.Default.Submission);

    /// <summary>Reads it back. Throws <see cref="JsonException"/>.</summary>
    public static Submission Deserialize(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, SubmissionJson.Default.Submission) ?? throw new JsonException("found null, expected a submission");
}

/// <summary>The JSON form of a submission.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Submission))]
internal sealed partial class SubmissionJson : JsonSerializerContext;
