namespace Executor.Launching.Local;

/// <summary>The programs that a local attempt is made of.</summary>
/// <param name="TaskRunner">The task runner's executable.</param>
/// <param name="DotnetHost">The executable that hosts .NET tasks.</param>
internal sealed record RunnerLocation(string TaskRunner, string DotnetHost)
{
    /// <summary>The variable that names another task runner.</summary>
    public const string TaskRunnerVariable = "EXECUTOR_TASK_RUNNER";

    /// <summary>
    /// Beside the executor (below <c>programs/</c> in its own folder) unless the environment names others.
    /// Throws <see cref="FileNotFoundException"/> naming the variable to set where nothing is there.
    /// </summary>
    public static RunnerLocation Find() => new(
        Locate("task-runner", TaskRunnerVariable),
        Locate("dotnet-host", Contracts.Reporting.EnvironmentNames.DotnetHost));

    private static string Locate(string program, string variable)
    {
        var path = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named
            ? named
            : Path.Combine(AppContext.BaseDirectory, "programs", program, program);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{program} was not found at {path}; set {variable} to its full path", path);
    }
}
