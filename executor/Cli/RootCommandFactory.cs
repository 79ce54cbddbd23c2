using System.CommandLine;

namespace Executor.Cli;

/// <summary>Puts the commands together; each one is in a file of its own.</summary>
internal static class RootCommandFactory
{
    /// <summary>The command <c>executor</c>.</summary>
    public static RootCommand Create(CliConsole console) => new("Runs batch workflows, one task per pod; without a cluster, on this machine.")
    {
        RunCommand.Create(console),
        ValidateCommand.Create(console),
        PlanCommand.Create(console),
        AttachCommand.Create(console),
        StatusCommand.Create(console),
        ReportCommand.Create(console),
        LogsCommand.Create(console),
        CancelCommand.Create(console),
        DeleteCommand.Create(console),
        LsCommand.Create(console),
        StoreCommand.Create(console),
        SizingCommand.Create(console),
        DoctorCommand.Create(console),
        GcCommand.Create(console),
        DriveCommand.Create(console),
    };
}
