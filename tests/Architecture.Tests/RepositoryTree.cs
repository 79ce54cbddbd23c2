namespace Architecture.Tests;

/// <summary>A text file, by its path from the root of the tree with forward slashes.</summary>
internal sealed record TextFile(string Path, string Text)
{
    public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.LastIndexOf('/')] : "";
}

/// <summary>The text files of a repository: this one from the disk, or a made-up one from strings.</summary>
internal sealed class RepositoryTree(IEnumerable<TextFile> files)
{
    private const string RootMark = "Executor.sln";

    // What builds and editors leave behind; of the hidden folders only these belong to the repository.
    private static readonly string[] LeftOutFolders = ["bin", "obj", "artifacts", "TestResults", "node_modules"];
    private static readonly string[] HiddenFolders = [".ci", ".config", ".github"];

    private IReadOnlyList<Project>? _projects;
    private ILookup<Project, TextFile>? _code;

    public IReadOnlyList<TextFile> Files { get; } = [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)];

    public IReadOnlyList<Project> Projects => _projects ??=
        [.. Files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal)).Select(Project.Parse)];

    public IEnumerable<Project> SourceProjects => Projects.Where(project => project.IsSource);

    /// <summary>The C# files of a project without those of a project in a folder below it.</summary>
    public IEnumerable<TextFile> CodeOf(Project project) => (_code ??= CodeByProject())[project];

    /// <summary>The repository that this assembly was built in.</summary>
    public static RepositoryTree FromDisk()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, RootMark)))
        {
            root = root.Parent ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has {RootMark}");
        }

        return new RepositoryTree(Read(root, ""));
    }

    private ILookup<Project, TextFile> CodeByProject()
    {
        var innermostFirst = Projects.OrderByDescending(project => project.Folder.Length).ToList();
        var owned = from file in Files
                    where file.Path.EndsWith(".cs", StringComparison.Ordinal)
                    let owner = innermostFirst.FirstOrDefault(project => file.Path.StartsWith(project.Folder + "/", StringComparison.Ordinal))
                    where owner is not null
                    select (owner, file);
        return owned.ToLookup(code => code.owner, code => code.file);
    }

    private static IEnumerable<TextFile> Read(DirectoryInfo folder, string prefix)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is not null)
            {
                continue;
            }

            if (entry is DirectoryInfo child)
            {
                if (!LeftOutFolders.Contains(child.Name) && (!child.Name.StartsWith('.') || HiddenFolders.Contains(child.Name)))
                {
                    foreach (var file in Read(child, $"{prefix}{child.Name}/"))
                    {
                        yield return file;
                    }
                }
            }
            else if (entry.Name != ".git" && !entry.Name.EndsWith(".user", StringComparison.Ordinal))
            {
                var text = File.ReadAllText(entry.FullName);
                if (!text.Contains('\0', StringComparison.Ordinal))
                {
                    yield return new TextFile(prefix + entry.Name, text);
                }
            }
        }
    }
}
