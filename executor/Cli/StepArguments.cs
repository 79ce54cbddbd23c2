using System.CommandLine;
using System.Globalization;
using Executor.Cluster;
using Executor.Hosting;
using Executor.Running.Steps;

namespace Executor.Cli;

/// <summary>The options of a command that runs as a step of another workflow engine, in a pod that the engine made (docs/airflow.md, docs/argo.md).</summary>
internal sealed class StepArguments
{
    private const string CancelRun = "cancel";
    private const string LeaveRun = "leave";
    private const string OwnedByRun = "run";
    private const string OwnedByStep = "step";
    private static readonly TimeSpan GraceInPod = TimeSpan.FromSeconds(20);

    private readonly Option<string?> _xcom = new("--xcom")
    {
        Description = $"Write what the run came to as JSON: references to results, no data. Default: ${XComFile.Variable}, else nowhere.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _terminationLog = new("--termination-log")
    {
        Description = $"Write why the run failed, at most 4 KiB. Default: {TerminationMessage.DefaultPath} in a pod, else nowhere.",
        HelpName = "FILE",
    };

    private readonly Option<string> _onTerminate = new("--on-terminate")
    {
        Description = "What SIGTERM does to a run that is driven here: cancel ends its attempts; leave lets them go on, for the next command with the run's name to adopt.",
        DefaultValueFactory = _ => CancelRun,
    };

    private readonly Option<int?> _terminateWithin = new("--terminate-within")
    {
        Description = $"Seconds after SIGTERM from which attempts are no longer waited for. Default: {GraceInPod.TotalSeconds:0} in a pod, else no limit.",
        HelpName = "SECONDS",
    };

    private readonly Option<string> _owner = new("--owner")
    {
        Description = "What the run's objects in the cluster are deleted with: run, with the run alone; step, also with the pod of this command.",
        DefaultValueFactory = _ => OwnedByRun,
    };

    private static bool IsInPod => Variable("KUBERNETES_SERVICE_HOST") is not null || Variable(ClusterVariables.PodName) is not null;

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        _onTerminate.AcceptOnlyFromAmong(CancelRun, LeaveRun);
        _owner.AcceptOnlyFromAmong(OwnedByRun, OwnedByStep);
        _terminateWithin.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var seconds) && seconds < 1)
            {
                result.AddError($"--terminate-within: found {seconds}, expected at least 1");
            }
        });
        command.Add(_xcom);
        command.Add(_terminationLog);
        command.Add(_onTerminate);
        command.Add(_terminateWithin);
        command.Add(_owner);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_owner) == OwnedByStep && result.GetValue(_onTerminate) == LeaveRun)
            {
                result.AddError("--owner step deletes the attempts with the step's pod, --on-terminate leave keeps them: give one of them");
            }
        });
    }

    /// <summary>Tells of the command's end; files that cannot be written are left out, which <see cref="Settings"/> tells.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="errors">Where errors are told.</param>
    public StepReport Report(ParseResult parsed, TextWriter errors)
    {
        var log = parsed.GetValue(_terminationLog) ?? (IsInPod && IsWritable(TerminationMessage.DefaultPath) ? TerminationMessage.DefaultPath : null);
        return new StepReport(Usable(XComOf(parsed)?.Path), Usable(log), errors);

        static string? Usable(string? path) => path is not null && Unusable(path) is null ? path : null;
    }

    /// <summary>What the options say; null where they cannot be followed, which was told then and is invalid input.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="errors">Is told what is wrong.</param>
    public StepSettings? Settings(ParseResult parsed, TextWriter errors)
    {
        if (XComOf(parsed) is { } wanted && Unusable(wanted.Path) is { } reason)
        {
            errors.WriteLine($"executor: {wanted.Source}: found '{wanted.Path}', {reason}");
            return null;
        }

        if (parsed.GetValue(_terminationLog) is { } log && Unusable(log) is { } why)
        {
            errors.WriteLine($"executor: --termination-log: found '{log}', {why}");
            return null;
        }

        StepPod? owner = null;
        if (parsed.GetValue(_owner) == OwnedByStep)
        {
            if ((Variable(ClusterVariables.PodName), Variable(ClusterVariables.PodUid)) is not ({ } name, { } uid))
            {
                errors.WriteLine(
                    $"executor: --owner step: expected {ClusterVariables.PodName} and {ClusterVariables.PodUid} in the environment, "
                    + "from the pod's metadata.name and metadata.uid");
                return null;
            }

            owner = new StepPod(name, uid);
        }

        return new StepSettings
        {
            Owner = owner,
            Termination = new Termination
            {
                LeavesAttempts = parsed.GetValue(_onTerminate) == LeaveRun,
                Within = parsed.GetValue(_terminateWithin) is { } seconds ? TimeSpan.FromSeconds(seconds) : IsInPod ? GraceInPod : null,
            },
        };
    }

    private (string Source, string Path)? XComOf(ParseResult parsed) =>
        parsed.GetValue(_xcom) is { } option ? ("--xcom", option)
        : Variable(XComFile.Variable) is { } variable ? ($"${XComFile.Variable}", variable)
        : null;

    private static string? Unusable(string path)
    {
        if (path.Length == 0 || Directory.Exists(path))
        {
            return "expected the path of a file";
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        return Directory.Exists(folder) ? null : $"expected a file in a folder that exists: there is no {folder}";
    }

    private static bool IsWritable(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>What the options of a step say.</summary>
internal sealed record StepSettings
{
    /// <summary>What owns the run's objects; null for the run alone.</summary>
    public StepPod? Owner { get; init; }

    /// <summary>What SIGTERM does.</summary>
    public required Termination Termination { get; init; }

    /// <summary>Why the settings are not possible where the run is driven; null if they are.</summary>
    public string? Conflict(bool isOnCluster, bool isDrivenHere) => this switch
    {
        { Owner: not null } when !isOnCluster || !isDrivenHere => "--owner step is for a run on a cluster that is driven here: --backend kubernetes --driver here",
        { Termination.LeavesAttempts: true } when !isOnCluster => "--on-terminate leave is for a run on a cluster: processes of this machine end with the command",
        _ => null,
    };
}
