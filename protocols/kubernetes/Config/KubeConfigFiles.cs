namespace Executor.Kubernetes.Config;

/// <summary>
/// One kubeconfig, or several merged by kubectl's rules: of each cluster, user and context the first file that names it counts, whole;
/// the first file that sets the current context counts; paths are relative to the file that they stand in.
/// </summary>
internal sealed class KubeConfigFiles
{
    // A kubeconfig with embedded certificates has a few KiB per cluster.
    private const long MaxFileBytes = 16 * 1024 * 1024;

    private readonly Dictionary<string, KubeConfigNode> _clusters = [];
    private readonly Dictionary<string, KubeConfigNode> _users = [];
    private readonly Dictionary<string, KubeConfigNode> _contexts = [];
    private readonly List<string> _files = [];

    public string? CurrentContext { get; private set; }

    public string Description => string.Join(", ", _files);

    /// <summary>The files that kubectl would read: those of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>.</summary>
    public static IReadOnlyList<string> DefaultPaths(Func<string, string?> environment)
    {
        if (environment("KUBECONFIG") is { Length: > 0 } variable)
        {
            return variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        }

        var home = environment("HOME");
        return string.IsNullOrEmpty(home) ? [] : [Path.Combine(home, ".kube", "config")];
    }

    /// <summary>Reads the files that exist.</summary>
    public static KubeConfigFiles Load(IEnumerable<string> paths)
    {
        var merged = new KubeConfigFiles();
        foreach (var path in paths.Where(File.Exists))
        {
            merged.Add(path);
        }

        return merged;
    }

    public bool IsEmpty => _files.Count == 0;

    /// <summary>The named context, or the current one, with its cluster and its user.</summary>
    public KubeConfigSelection Select(string? contextName)
    {
        var name = string.IsNullOrEmpty(contextName) ? CurrentContext : contextName;
        if (string.IsNullOrEmpty(name))
        {
            throw new KubeConfigException(
                $"{Description}: no current-context is set, expected one of the contexts {Names(_contexts)}; name one or run 'kubectl config use-context'");
        }

        var context = Find(_contexts, "context", name, $"{Description}: ");
        var where = $"{context.File}: context '{name}': ";
        var cluster = Find(_clusters, "cluster", Required(context, "cluster", where), where);
        var user = context.Text("user") is { Length: > 0 } userName ? Find(_users, "user", userName, where) : null;
        return new KubeConfigSelection(name, context.Text("namespace"), cluster, user);
    }

    private static string Required(KubeConfigNode node, string field, string where) =>
        node.Text(field) is { Length: > 0 } value ? value : throw new KubeConfigException($"{where}{field} is missing");

    private static KubeConfigNode Find(Dictionary<string, KubeConfigNode> entries, string kind, string name, string where) =>
        entries.TryGetValue(name, out var entry)
            ? entry
            : throw new KubeConfigException($"{where}found the {kind} '{name}', expected one of {Names(entries)}");

    private static string Names(Dictionary<string, KubeConfigNode> entries) =>
        entries.Count == 0 ? "(none is defined)" : string.Join(", ", entries.Keys.Order(StringComparer.Ordinal).Select(name => $"'{name}'"));

    private static void AddEntries(KubeConfigNode root, string list, string section, Dictionary<string, KubeConfigNode> into)
    {
        foreach (var entry in root.Sections(list))
        {
            var name = Required(entry, "name", $"{entry.File}: {entry.Place}: ");
            if (entry.Section(section) is { } body)
            {
                into.TryAdd(name, body);
            }
        }
    }

    private void Add(string path)
    {
        string text;
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MaxFileBytes)
            {
                throw new KubeConfigException($"{path}: found a file of {length} bytes, expected a kubeconfig of at most {MaxFileBytes}");
            }

            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"{path}: cannot be read: {e.Message}", e);
        }

        _files.Add(path);
        if (KubeConfigNode.Load(path, text) is not { } root)
        {
            return;
        }

        if (root.Text("kind") is { } kind and not "Config")
        {
            throw new KubeConfigException($"{path}: kind: found '{kind}', expected 'Config'");
        }

        AddEntries(root, "clusters", "cluster", _clusters);
        AddEntries(root, "users", "user", _users);
        AddEntries(root, "contexts", "context", _contexts);
        if (string.IsNullOrEmpty(CurrentContext))
        {
            CurrentContext = root.Text("current-context");
        }
    }
}

/// <summary>What a context leads to.</summary>
internal sealed record KubeConfigSelection(string Context, string? Namespace, KubeConfigNode Cluster, KubeConfigNode? User);
