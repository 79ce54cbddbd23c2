using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel.Flight;
using Executor.TaskRunner.Measuring;
using Executor.TaskRunner.Native;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>What the runner is told by its environment (<see cref="EnvironmentNames"/>), with the defaults put in.</summary>
internal sealed record RunnerSettings
{
    private const string DefaultTerminationLog = "/dev/termination-log";
    private const string DefaultScratchDirectory = "/tmp";
    private const int NonceBytes = 16;

    /// <summary>The whole environment, which the body inherits but for the runner's own variables.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The key for the store; a secret.</summary>
    public required string RunKey { get; init; }

    /// <summary>Whom to take for the store; null for whomever the system vouches for.</summary>
    public required StoreTrust? StoreTrust { get; init; }

    /// <summary>This writer's incarnation; a random nonce where none is given.</summary>
    public required string Incarnation { get; init; }

    /// <summary>Where the termination report goes; null for nowhere.</summary>
    public required string? TerminationLog { get; init; }

    /// <summary>A writable folder.</summary>
    public required string ScratchDirectory { get; init; }

    /// <summary>What hosts .NET tasks; null for the default.</summary>
    public required string? DotnetHost { get; init; }

    /// <summary>The attempt's own cgroup as <see cref="CgroupLocator.Find"/> takes it; null for none.</summary>
    public required string? Cgroup { get; init; }

    /// <summary>How many GPUs the attempt was given; 0 for none, or if what is told is no number.</summary>
    public required int Gpus { get; init; }

    /// <summary>Where NVIDIA's management library may be; null for <see cref="Nvml.Paths"/>.</summary>
    public IReadOnlyList<string>? GpuLibraries { get; init; }

    /// <summary>How the log is written to standard error; anything, to be checked against <see cref="LogFormats"/>.</summary>
    public required string LogFormat { get; init; }

    /// <summary>Null for a runner that outlives its parent; else the parent's process id, or 1 where it is not told.</summary>
    public required int? DieWithParent { get; init; }

    /// <summary>True in a process of its own: it reaps every orphaned descendant. False where tests run it in their process.</summary>
    public required bool OwnsProcess { get; init; }

    /// <summary>The settings of the runner that is this process.</summary>
    public static RunnerSettings OfThisProcess()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return FromEnvironment(environment, System.Environment.ProcessId == 1) with { OwnsProcess = true };
    }

    /// <summary>The settings that an environment gives to a runner in somebody else's process.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="isFirstProcess">Whether it is process 1 of a container, whose cgroup is then the attempt's own.</param>
    public static RunnerSettings FromEnvironment(IReadOnlyDictionary<string, string> environment, bool isFirstProcess)
    {
        return new RunnerSettings
        {
            Environment = environment,
            RunKey = Get(EnvironmentNames.RunKey) ?? "",
            StoreTrust = (Get(EnvironmentNames.StoreAuthorities), Get(EnvironmentNames.StoreServerName)) is var (authorities, name) && (authorities ?? name) is not null
                ? new StoreTrust(authorities, name)
                : null,
            Incarnation = Get(EnvironmentNames.Incarnation) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceBytes)),
            TerminationLog = Get(EnvironmentNames.TerminationLog) ?? (File.Exists(DefaultTerminationLog) ? DefaultTerminationLog : null),
            ScratchDirectory = Path.GetFullPath(Get(EnvironmentNames.ScratchDirectory) ?? DefaultScratchDirectory),
            DotnetHost = Get(EnvironmentNames.DotnetHost),
            Cgroup = Get(EnvironmentNames.Cgroup) ?? (isFirstProcess ? CgroupLocator.Self : null),
            Gpus = int.TryParse(Get(EnvironmentNames.Gpus), NumberStyles.None, CultureInfo.InvariantCulture, out var gpus) ? gpus : 0,
            LogFormat = Get(EnvironmentNames.LogFormat) ?? LogFormats.Text,
            DieWithParent = Get(EnvironmentNames.DieWithParent) is { } parent ? int.TryParse(parent, out var pid) ? pid : 1 : null,
            OwnsProcess = false,
        };

        string? Get(string name) => environment.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
    }
}
