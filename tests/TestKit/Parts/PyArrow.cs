using Executor.TestKit.Processes;

namespace Executor.TestKit.Parts;

/// <summary>A Python with pyarrow.</summary>
public static class PyArrow
{
    /// <summary>
    /// Runs a script, its arguments in <c>sys.argv[1:]</c>, and returns its standard output. The calling test fails where the script does, and is
    /// skipped where pyarrow is missing (<see cref="ExternalPart"/>).
    /// </summary>
    public static async Task<string> RunAsync(string script, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProgramStart(ExternalPart.Locate(ExternalPart.PyArrow), ["-c", script, .. arguments]);
        return (await RunningProgram.RunAsync(start, cancellationToken)).Expect(0).Output;
    }
}
