using System.Security.Cryptography;
using System.Text.Json;
using Executor.Contracts.Descriptors;

namespace Executor.Planning;

/// <summary>
/// Hashes what decides a task's data, and nothing else: how much it may use, how long, how often it is retried and where it runs may change
/// between attempts and revisions without making committed data void. A hash is the first 32 hex digits of the SHA-256 of canonical JSON.
/// </summary>
internal static class DefinitionHasher
{
    private const int HashCharacters = 32;

    /// <summary>
    /// The hash of a task's definition, equal for all its instances. It covers the definitions of the tasks that it reads from, because a
    /// change there may change the schema here, and neither the number of instances nor their items, so that a fan-out can grow.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="task">The task.</param>
    /// <param name="definitionOf">The hashes of the tasks that it reads from, by name.</param>
    public static string OfTask(RunPlan plan, PlannedTask task, Func<string, string> definitionOf) =>
        Hash(JsonSerializer.SerializeToElement(
            new TaskDefinitionForm
            {
                Name = task.Name,
                Command = task.Command,
                Dotnet = task.Dotnet is null ? null : new DotnetTask(ContentOf(task), task.Dotnet.Type),
                Code = task.Code is null ? null : $"sha256:{task.Code.Sha256}",
                WorkingDirectory = task.WorkingDirectory,
                Environment = task.Environment,
                Inputs = task.Inputs,
                Outputs = task.Outputs,
                Image = task.Image,
                Parameters = plan.Parameters,
                ReadsFrom = [.. task.Inputs.Select(i => definitionOf(i.From.Task))],
            },
            DefinitionJson.Default.TaskDefinitionForm));

    /// <summary>
    /// The hash of an instance's definition: of its descriptor without run, attempt, generation, store addresses and limits, with the
    /// content of a .NET task in place of its path. (That of a folder of code is in the task's definition, which this covers.)
    /// </summary>
    public static string OfInstance(PlannedTask task, TaskDescriptor descriptor) =>
        Hash(JsonSerializer.SerializeToElement(
            new InstanceDefinitionForm
            {
                Task = descriptor.Attempt.Task,
                Index = descriptor.Attempt.Index,
                TaskDefinition = descriptor.TaskDefinition,
                Command = descriptor.Command,
                Dotnet = descriptor.Dotnet is null ? null : descriptor.Dotnet with { Assembly = ContentOf(task) },
                WorkingDirectory = descriptor.WorkingDirectory,
                Environment = descriptor.Environment,
                Parameters = descriptor.Parameters,
                Item = descriptor.Item,
                Slice = descriptor.Slice,
                Inputs = descriptor.Inputs,
                Outputs = descriptor.Outputs,
            },
            DefinitionJson.Default.InstanceDefinitionForm));

    /// <summary>What is in an image, the image's name stands for.</summary>
    private static string ContentOf(PlannedTask task) => task.Dotnet is { IsInImage: true } inImage ? inImage.Source : $"sha256:{task.SourceHash}";

    private static string Hash(JsonElement form) => Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Write(form)))[..HashCharacters];
}
