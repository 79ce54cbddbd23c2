using System.Text.RegularExpressions;

namespace Architecture.Tests.Checks;

/// <summary>The product's code mentions a namespace of <see cref="Rules.Namespaces"/> only where the table allows it.</summary>
internal static class NamespaceCheck
{
    public static IEnumerable<Violation> Run(RepositoryTree tree) =>
        from project in tree.SourceProjects
        from rule in Rules.Namespaces
        from place in Mentions(tree, project, rule.Namespace)
        where !IsAllowed(place, rule)
        select new Violation(place, $"uses {rule.Namespace}", Describe(rule));

    private static IEnumerable<string> Mentions(RepositoryTree tree, Project project, string name)
    {
        if (project.GlobalUsings.Any(used => used == name || used.StartsWith(name + ".", StringComparison.Ordinal)))
        {
            yield return project.Path;
        }

        // A using line or a full name; in both a dot or the line's end follows.
        var mention = new Regex($@"(?<![\w.]){Regex.Escape(name)}\s*[.;]");
        foreach (var file in tree.CodeOf(project).Where(file => mention.IsMatch(CodeText.WithoutNoise(file.Text))))
        {
            yield return file.Path;
        }
    }

    private static bool IsAllowed(string path, NamespaceRule rule) =>
        (rule.OnlyIn is null || rule.OnlyIn.Any(place => FolderPattern.IsBelow(path, place)))
        && (rule.NotIn is null || !rule.NotIn.Any(place => FolderPattern.IsBelow(path, place)));

    private static string Describe(NamespaceRule rule) => rule.OnlyIn is null
        ? $"{rule.Namespace} not in {string.Join(", ", rule.NotIn ?? [])}"
        : $"{rule.Namespace} only in {string.Join(", ", rule.OnlyIn)}";
}
