namespace Executor.Benchmarks.Processes;

/// <summary>Where the programs are that benchmarks start.</summary>
internal static class Programs
{
    /// <summary>This program.</summary>
    internal static string Self => Path.Combine(AppContext.BaseDirectory, "Executor.Benchmarks");

    /// <summary>The folder of the repository that this program was built in.</summary>
    internal static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Executor.sln")))
            {
                return folder.FullName;
            }
        }

        throw new PartMissingException($"{AppContext.BaseDirectory} is not in a checkout of the repository");
    }

    /// <summary>The <c>executor</c> command, built in release.</summary>
    internal static string Executor(string? option)
    {
        var path = option ?? Path.Combine(Repository(), "executor", "bin", "Release", "net10.0", "executor");
        return File.Exists(path) ? path : throw new PartMissingException($"{path} is not there: build it with 'dotnet build executor -c Release'");
    }

    /// <summary>A Python that imports pyarrow.flight; null where <c>scripts/lab install</c> has not put one.</summary>
    internal static string? PyArrow()
    {
        var lab = Environment.GetEnvironmentVariable("EXECUTOR_LAB")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "executor-lab");
        var path = Path.Combine(lab, "bin", "pyarrow-python");
        return File.Exists(path) ? path : null;
    }
}
