using System.Globalization;
using Xunit;

namespace Executor.TestKit.Processes;

/// <summary>What a program that has ended leaves.</summary>
/// <param name="Command">Its command line, for messages.</param>
/// <param name="ExitCode">Its exit code; 128 + n where signal n ended it.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
public sealed record ProgramResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>The lines of <see cref="Output"/>.</summary>
    public IReadOnlyList<string> OutputLines => Output.TrimEnd('\n') is { Length: > 0 } text ? text.Split('\n') : [];

    /// <summary>The lines of <see cref="Error"/>.</summary>
    public IReadOnlyList<string> ErrorLines => Error.TrimEnd('\n') is { Length: > 0 } text ? text.Split('\n') : [];

    /// <summary>Fails the test, showing everything, unless the exit code is this one.</summary>
    public ProgramResult Expect(int exitCode)
    {
        if (ExitCode != exitCode)
        {
            Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"expected exit code {exitCode} of {this}"));
        }

        return this;
    }

    /// <summary>Everything, for the message of a failed test.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Command}\nexit code {ExitCode}\n--- standard output\n{Output}\n--- standard error\n{Error}\n---");
}
