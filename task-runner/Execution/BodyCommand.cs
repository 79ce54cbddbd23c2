namespace Executor.TaskRunner.Execution;

/// <summary>What it takes to start a body.</summary>
internal sealed record BodyCommand
{
    /// <summary>The command and its arguments; at least one element. A command without a slash is looked up in the environment's PATH.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The absolute path of the working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>False gives it an empty standard input.</summary>
    public required bool FeedsStandardInput { get; init; }
}

/// <summary>How a body ended: by exactly one of the two.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Signal">The signal that ended it.</param>
internal readonly record struct BodyExit(int? Code, int? Signal)
{
    private const int SignalBase = 128;

    /// <summary>True for exit code 0.</summary>
    public bool Succeeded => Code == 0;

    /// <summary>The code that a shell would show: the exit code, or 128 and the signal.</summary>
    public int ShellCode => Code ?? (SignalBase + Signal.GetValueOrDefault());

    /// <summary>Reads the status that <c>wait</c> gives.</summary>
    public static BodyExit FromStatus(int status) =>
        (status & 0x7f) == 0 ? new((status >> 8) & 0xff, null) : new(null, status & 0x7f);
}
