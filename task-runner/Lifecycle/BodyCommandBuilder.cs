using System.Globalization;
using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Execution;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>Derives the body's command line, environment and working directory from the descriptor.</summary>
internal static class BodyCommandBuilder
{
    private const string StandardStream = "-";

    // The runner's own, which are none of the body's business: the key is a secret, the rest describes the runner.
    private static readonly string[] Withheld =
    [
        EnvironmentNames.RunKey, EnvironmentNames.Descriptor, EnvironmentNames.DescriptorFile, EnvironmentNames.DescriptorBlob,
        EnvironmentNames.DescriptorStores, EnvironmentNames.DescriptorRun, EnvironmentNames.TerminationLog, EnvironmentNames.DieWithParent,
        EnvironmentNames.Cgroup, EnvironmentNames.LogFormat, EnvironmentNames.StoreAuthorities, EnvironmentNames.StoreServerName,
        EnvironmentNames.Gpus,
    ];

    /// <summary>The command to start.</summary>
    /// <exception cref="AttemptFailedException">The host of .NET tasks is not there (exit code 127).</exception>
    public static BodyCommand Build(TaskDescriptor descriptor, RunnerSettings settings, AttemptFolders folders)
    {
        var environment = BuildEnvironment(descriptor, settings.Environment, folders);
        return new BodyCommand
        {
            Arguments = LocateDotnet(descriptor, folders) is { } task
                ? DotnetHostCommand.For(task, settings.DotnetHost, environment)
                : descriptor.Command!,
            Environment = environment,
            WorkingDirectory = WorkingDirectory(descriptor, folders),
            FeedsStandardInput = descriptor.Inputs.Any(static input => input.Stdin),
        };
    }

    private static DotnetTask? LocateDotnet(TaskDescriptor descriptor, AttemptFolders folders) =>
        descriptor is { Dotnet: { } task, Code: not null } ? task with { Assembly = Path.Combine(folders.Code, task.Assembly) } : descriptor.Dotnet;

    // A .NET task starts in the same kind of folder whether its assembly was fetched or lies on this machine.
    private static string WorkingDirectory(TaskDescriptor descriptor, AttemptFolders folders) =>
        descriptor.WorkingDirectory is { } directory ? Path.GetFullPath(directory, folders.Code)
        : descriptor is { Code: not null, Dotnet: null } ? folders.Code
        : folders.Work;

    private static string? CodeDirectory(TaskDescriptor descriptor, AttemptFolders folders) =>
        descriptor.Code is not null ? folders.Code
        : descriptor.Dotnet is { } task ? Path.GetDirectoryName(Path.GetFullPath(task.Assembly))
        : null;

    private static Dictionary<string, string> BuildEnvironment(
        TaskDescriptor descriptor, IReadOnlyDictionary<string, string> inherited, AttemptFolders folders)
    {
        var environment = new Dictionary<string, string>(inherited, StringComparer.Ordinal);
        foreach (var (name, value) in descriptor.Environment)
        {
            environment[name] = value;
        }

        foreach (var name in Withheld)
        {
            environment.Remove(name);
        }

        var attempt = descriptor.Attempt;
        environment[EnvironmentNames.RunId] = attempt.Run;
        environment[EnvironmentNames.Task] = attempt.Task;
        environment[EnvironmentNames.Index] = attempt.Index.ToString(CultureInfo.InvariantCulture);
        environment[EnvironmentNames.Attempt] = attempt.Attempt.ToString(CultureInfo.InvariantCulture);
        environment[EnvironmentNames.Parameters] =
            JsonSerializer.Serialize(descriptor.Parameters, ContractsJson.Default.IReadOnlyDictionaryStringString);
        environment[EnvironmentNames.Inputs] = Serialize(
            [.. descriptor.Inputs.Select(input => Bind(input.From.ToString(), input.Stdin, folders.FileOf(input), input.Format))]);
        environment[EnvironmentNames.Outputs] = Serialize(
            [.. descriptor.Outputs.Select(output => Bind(output.Name, output.Stdout, folders.FileOf(output), output.Format))]);
        environment[EnvironmentNames.InputDirectory] = folders.Inputs;
        environment[EnvironmentNames.OutputDirectory] = folders.Outputs;
        environment[EnvironmentNames.ProgressFile] = folders.Progress;
        Set(EnvironmentNames.Item, descriptor.Item);
        Set(EnvironmentNames.Partition, descriptor.Slice?.Partition.ToString(CultureInfo.InvariantCulture));
        Set(EnvironmentNames.Slice, descriptor.Slice?.Slice.ToString(CultureInfo.InvariantCulture));
        Set(EnvironmentNames.Slices, descriptor.Slice?.Slices.ToString(CultureInfo.InvariantCulture));
        Set(EnvironmentNames.CodeDirectory, CodeDirectory(descriptor, folders));
        return environment;

        void Set(string name, string? value)
        {
            environment.Remove(name);
            if (value is not null)
            {
                environment[name] = value;
            }
        }
    }

    private static DataBinding Bind(string name, bool isStandardStream, string path, DataFormat format) =>
        new(name, isStandardStream ? StandardStream : path, format);

    private static string Serialize(DataBinding[] bindings) => JsonSerializer.Serialize(bindings, ContractsJson.Default.DataBindingArray);
}
