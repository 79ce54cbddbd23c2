using System.CommandLine;
using Executor.Cluster;
using Executor.Cluster.Diagnosis;
using Executor.Contracts.Reporting;
using Executor.Running;

namespace Executor.Cli;

/// <summary><c>executor doctor</c>: tells whether runs can work in a namespace of a cluster, and what to do where not.</summary>
internal static class DoctorCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CliConsole console)
    {
        var store = new StoreOptions();
        var command = new Command("doctor", "Examines a cluster: rights, store, quota, clock, versions; says for each gap what to do.");
        store.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            if (store.ClusterOf(parsed) is not { } options)
            {
                console.Error.WriteLine("executor: doctor examines a cluster: give --backend kubernetes");
                return ExitCodes.InvalidInput;
            }

            try
            {
                using var cluster = ClusterConnection.Open(options, TimeProvider.System);
                var isWell = true;
                await foreach (var finding in new Doctor(cluster, options, TimeProvider.System).ExamineAsync(token))
                {
                    console.Out.WriteLine($"{Mark(finding.Grade),-8} {finding.Subject}: {finding.Text}");
                    if (finding.Remedy is { } remedy)
                    {
                        console.Out.WriteLine($"{"",-8}   {remedy}");
                    }

                    isWell &= finding.Grade != FindingGrade.Problem;
                }

                return isWell ? ExitCodes.Succeeded : ExitCodes.InfrastructureUnavailable;
            }
            catch (Exception exception) when (RunFailures.ExitCodeOf(exception) is { } exitCode)
            {
                console.Error.WriteLine($"executor: {exception.Message}");
                return exitCode;
            }
        });
        return command;
    }

    private static string Mark(FindingGrade grade) => grade switch
    {
        FindingGrade.Good => "good",
        FindingGrade.Note => "note",
        FindingGrade.Warning => "warning",
        _ => "PROBLEM",
    };
}
