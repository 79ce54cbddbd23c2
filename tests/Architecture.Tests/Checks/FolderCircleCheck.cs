using System.Text.RegularExpressions;

namespace Architecture.Tests.Checks;

/// <summary>
/// Inside a source project no folders use each other in a circle. Folder A uses folder B when a file of A mentions a type that
/// only B declares. The check reads words, not meaning: a member named like another folder's type counts as a mention of it.
/// </summary>
internal static partial class FolderCircleCheck
{
    public static IEnumerable<Violation> Run(RepositoryTree tree) => tree.SourceProjects.SelectMany(project => Check(tree, project));

    private static IEnumerable<Violation> Check(RepositoryTree tree, Project project)
    {
        var uses = Uses([.. tree.CodeOf(project)]);
        foreach (var circle in Circles(uses))
        {
            var arrows = from use in uses
                         where circle.Contains(use.Key.From) && circle.Contains(use.Key.To)
                         orderby use.Key.From, use.Key.To
                         select $"{use.Key.From} -> {use.Key.To} ({string.Join(", ", use.Value.Order(StringComparer.Ordinal).Take(4))})";
            yield return new(
                project.Path,
                $"folders use each other: {string.Join("; ", arrows)}",
                "no circles between the folders of a project");
        }
    }

    private static Dictionary<(string From, string To), HashSet<string>> Uses(IReadOnlyList<TextFile> files)
    {
        var codes = files.Select(file => (file.Folder, Code: CodeText.WithoutNoise(file.Text))).ToList();
        var owners = codes
            .SelectMany(file => Declaration().Matches(file.Code).Select(match => (Type: match.Groups["name"].Value, file.Folder)))
            .ToLookup(declared => declared.Type, declared => declared.Folder);
        var onlyOwner = owners.Where(owner => owner.Distinct().Count() == 1).ToDictionary(owner => owner.Key, owner => owner.First());
        var uses = new Dictionary<(string, string), HashSet<string>>();
        foreach (var (folder, code) in codes)
        {
            foreach (var word in Word().Matches(code).Select(match => match.Value).Distinct())
            {
                if (onlyOwner.TryGetValue(word, out var owner) && owner != folder)
                {
                    (uses.TryGetValue((folder, owner), out var types) ? types : uses[(folder, owner)] = []).Add(word);
                }
            }
        }

        return uses;
    }

    /// <summary>The groups of two and more folders of which each reaches every other.</summary>
    private static IEnumerable<IReadOnlySet<string>> Circles(Dictionary<(string From, string To), HashSet<string>> uses)
    {
        var next = uses.Keys.ToLookup(use => use.From, use => use.To);
        var reach = next.ToDictionary(folder => folder.Key, folder => Reach(folder.Key, next));
        var seen = new HashSet<string>();
        foreach (var folder in reach.Keys.Order(StringComparer.Ordinal).Where(folder => reach[folder].Contains(folder)))
        {
            if (seen.Add(folder))
            {
                var circle = reach[folder].Where(other => reach.TryGetValue(other, out var back) && back.Contains(folder)).ToHashSet();
                seen.UnionWith(circle);
                yield return circle;
            }
        }
    }

    private static HashSet<string> Reach(string start, ILookup<string, string> next)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([start]);
        while (open.TryPop(out var folder))
        {
            foreach (var used in next[folder].Where(reached.Add))
            {
                open.Push(used);
            }
        }

        return reached;
    }

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[\w<>\[\],.? ]+?)\s+(?<name>[A-Z]\w*)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\b[A-Z]\w*\b")]
    private static partial Regex Word();
}
