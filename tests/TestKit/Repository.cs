namespace Executor.TestKit;

/// <summary>Where the working tree is that the running test was built from, and the programs built with it.</summary>
public static class Repository
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a file or folder in it.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>
    /// The executable of a project, built in the same configuration as the running test. Throws <see cref="FileNotFoundException"/> where it
    /// was not built: the test's project must order the build by a reference with <c>ReferenceOutputAssembly="false"</c>.
    /// </summary>
    /// <param name="project">The project's folder.</param>
    /// <param name="program">The executable's name.</param>
    public static string Program(string project, string program)
    {
        // .../bin/CONFIGURATION/FRAMEWORK/
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var path = PathOf(project, "bin", framework.Parent!.Name, framework.Name, program);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{program} was not built: {path} is missing", path);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Executor.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds Executor.sln");
    }
}
