namespace Executor.Tests.Workflows;

/// <summary>Finds files of the repository that tests read.</summary>
internal static class RepositoryFiles
{
    /// <summary>The full path of a file or folder, given relative to the repository's root.</summary>
    public static string Path(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Executor.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds Executor.sln");
        }

        return System.IO.Path.Combine(folder.FullName, relative);
    }
}
