using System.Text.Json.Serialization;
using Executor.Contracts.Descriptors;

namespace Executor.Planning;

/// <summary>What a task's definition consists of.</summary>
internal sealed record TaskDefinitionForm
{
    /// <summary>The task's name.</summary>
    public required string Name { get; init; }

    /// <summary>The command with templates.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>The .NET task, by its content.</summary>
    public DotnetTask? Dotnet { get; init; }

    /// <summary>The folder of code, by its content.</summary>
    public string? Code { get; init; }

    /// <summary>The working directory with templates.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The environment with templates.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The inputs.</summary>
    public required IReadOnlyList<PlannedInput> Inputs { get; init; }

    /// <summary>The outputs.</summary>
    public required IReadOnlyList<PlannedOutput> Outputs { get; init; }

    /// <summary>The image.</summary>
    public string? Image { get; init; }

    /// <summary>The parameters.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>The definitions of the tasks that the inputs come from, in the order of the inputs.</summary>
    public required IReadOnlyList<string> ReadsFrom { get; init; }
}

/// <summary>What an instance's definition consists of.</summary>
internal sealed record InstanceDefinitionForm
{
    /// <summary>The task's name.</summary>
    public required string Task { get; init; }

    /// <summary>The instance's index.</summary>
    public required int Index { get; init; }

    /// <summary>The task's definition.</summary>
    public required string TaskDefinition { get; init; }

    /// <summary>The command.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>The .NET task, by its content.</summary>
    public DotnetTask? Dotnet { get; init; }

    /// <summary>The working directory.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The environment.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The parameters.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>The item.</summary>
    public string? Item { get; init; }

    /// <summary>The slice.</summary>
    public SliceDescriptor? Slice { get; init; }

    /// <summary>The inputs with the generations of the seals that are read.</summary>
    public required IReadOnlyList<InputDescriptor> Inputs { get; init; }

    /// <summary>The outputs.</summary>
    public required IReadOnlyList<OutputDescriptor> Outputs { get; init; }
}

/// <summary>The JSON form of definitions. What it writes is hashed: a change here makes the committed data of every run void.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TaskDefinitionForm))]
[JsonSerializable(typeof(InstanceDefinitionForm))]
internal sealed partial class DefinitionJson : JsonSerializerContext;
