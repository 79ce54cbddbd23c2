using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Bundles;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>Reads the task descriptor and checks what the runner relies on.</summary>
internal static class DescriptorReader
{
    private const long MaxBytes = 64 << 20;

    /// <summary>The descriptor that the environment holds or points to.</summary>
    /// <exception cref="AttemptFailedException">There is none, or it asks for something impossible (exit code 120).</exception>
    public static TaskDescriptor Read(IReadOnlyDictionary<string, string> environment)
    {
        var inline = environment.GetValueOrDefault(EnvironmentNames.Descriptor);
        var file = environment.GetValueOrDefault(EnvironmentNames.DescriptorFile);
        if (!string.IsNullOrEmpty(inline))
        {
            return Parse(System.Text.Encoding.UTF8.GetBytes(inline), EnvironmentNames.Descriptor);
        }

        return string.IsNullOrEmpty(file)
            ? throw Invalid($"none of {EnvironmentNames.Descriptor}, {EnvironmentNames.DescriptorFile} and {EnvironmentNames.DescriptorBlob} is set")
            : Parse(ReadFile(file), file);
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            // Of the open file: a link, as mounted ConfigMaps and Secrets are, has a length of its own.
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            return length <= MaxBytes
                ? File.ReadAllBytes(path)
                : throw Invalid($"{path} ({EnvironmentNames.DescriptorFile}) has {length} bytes, more than the {MaxBytes} of a descriptor");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"{EnvironmentNames.DescriptorFile} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a descriptor's JSON.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="source">Where it is from, for a message.</param>
    /// <exception cref="AttemptFailedException">It is none, or asks for something impossible (exit code 120).</exception>
    public static TaskDescriptor Parse(ReadOnlySpan<byte> json, string source)
    {
        TaskDescriptor? descriptor;
        try
        {
            descriptor = JsonSerializer.Deserialize(json, ContractsJson.Default.TaskDescriptor);
        }
        catch (JsonException e)
        {
            throw Invalid($"{source} is not a task descriptor: {e.Message}", e);
        }

        Check(descriptor ?? throw Invalid($"{source} is not a task descriptor but null"), source);
        return descriptor;
    }

    private static void Check(TaskDescriptor descriptor, string source)
    {
        Require(descriptor.Stores.Count > 0, "stores is empty; one address is needed");
        Require(
            (descriptor.Command is { Count: > 0 }) != (descriptor.Dotnet is not null),
            "exactly one of command (with at least one element) and dotnet is needed");
        if (descriptor.Code is { } code)
        {
            Require(
                Sha256Hex.IsValid(code.Manifest) && code.ArchiveBytes is > 0 and <= BundleLimits.MaxArchiveBytes,
                $"code is '{code.Manifest}' with {code.ArchiveBytes} bytes; a SHA-256 in hex and 1 to {BundleLimits.MaxArchiveBytes} bytes are needed");
            Require(
                descriptor.Dotnet is null || BundlePaths.IsEntry(descriptor.Dotnet.Assembly),
                $"the assembly '{descriptor.Dotnet?.Assembly}' is not a path inside the code");
        }

        Require(
            descriptor.WorkingDirectory is null || Path.IsPathFullyQualified(descriptor.WorkingDirectory) || descriptor.Code is not null,
            $"the working directory '{descriptor.WorkingDirectory}' is relative, and there is no code that it could be relative to");
        Require(descriptor.Inputs.Count(static input => input.Stdin) <= 1, "more than one input is bound to stdin");
        Require(descriptor.Outputs.Count(static output => output.Stdout) <= 1, "more than one output is bound to stdout");
        Require(descriptor.Timeout is null || descriptor.Timeout > TimeSpan.Zero, $"timeout is {descriptor.Timeout}; it must be positive");
        foreach (var input in descriptor.Inputs)
        {
            Require(
                Names.IsValid(input.From.Task) && Names.IsValid(input.From.Output), $"'{input.From}' is not the name of an output");
            Require(
                input.Sources is not { } sources || (sources.From >= 0 && sources.From < sources.To),
                $"the input {input.From} is to be read from instances {input.Sources}; a range that is not empty is needed");
        }

        foreach (var output in descriptor.Outputs)
        {
            Require(Names.IsValid(output.Name), $"'{output.Name}' is not the name of an output");
            CheckPartitioning(output);
        }

        void CheckPartitioning(OutputDescriptor output)
        {
            var partitioning = output.Partitioning;
            var of = $"the partitioning of output {output.Name}";
            Require(partitioning.Count >= 1, $"{of} has {partitioning.Count} partitions; at least one is needed");
            Require(
                partitioning.Kind is not (PartitioningKind.Hash or PartitioningKind.Range) || partitioning.Columns.Count > 0,
                $"{of} names no column");
            Require(
                partitioning.Kind != PartitioningKind.Range
                    || (partitioning.Columns.Count == 1 && partitioning.Bounds.Count == partitioning.Count - 1),
                $"{of} has {partitioning.Columns.Count} columns and {partitioning.Bounds.Count} bounds; "
                    + $"one column and {partitioning.Count - 1} bounds are needed");
        }

        void Require(bool condition, string problem)
        {
            if (!condition)
            {
                throw Invalid($"{source}: {problem}");
            }
        }
    }

    /// <summary>The failure of a descriptor that cannot be used (exit code 120).</summary>
    public static AttemptFailedException Invalid(string message, Exception? cause = null) =>
        new(AttemptFailure.Configuration, message, cause);
}
