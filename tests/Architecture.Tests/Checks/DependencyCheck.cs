using System.Text.RegularExpressions;

namespace Architecture.Tests.Checks;

/// <summary>
/// Projects reference only what <see cref="Rules.Dependencies"/>, <see cref="Rules.BuildOrder"/> and <see cref="Rules.Packages"/> allow.
/// </summary>
internal static class DependencyCheck
{
    public static IEnumerable<Violation> Run(RepositoryTree tree) =>
        tree.Projects.SelectMany(project => References(project).Concat(Packages(project)));

    private static IEnumerable<Violation> References(Project project)
    {
        var rule = Rules.Dependencies.FirstOrDefault(rule => FolderPattern.Matches(project.Folder, rule.Project));
        if (rule is null)
        {
            yield return new(project.Path, "no row names this project", "every project has a row in Rules.Dependencies");
            yield break;
        }

        foreach (var reference in project.References)
        {
            if (rule.MayReference.Any(allowed => FolderPattern.Matches(reference.Folder, allowed)))
            {
                continue;
            }

            if (!reference.OrdersBuildOnly)
            {
                var allowed = string.Join(", ", rule.MayReference.DefaultIfEmpty("nothing"));
                yield return new(project.Path, $"references {reference.Folder}", $"{project.Folder} may reference {allowed}");
            }
            else if (!Rules.BuildOrder.Any(order => order.Project == project.Folder && order.MayWaitFor == reference.Folder))
            {
                var allowed = string.Join(", ", Rules.BuildOrder.Select(order => $"{order.Project} after {order.MayWaitFor}"));
                yield return new(project.Path, $"is built after {reference.Folder}", $"only {allowed}");
            }
        }
    }

    private static IEnumerable<Violation> Packages(Project project) =>
        from package in project.IsSource ? project.Packages : []
        from rule in Rules.Packages
        where package.StartsWith(rule.Prefix, StringComparison.OrdinalIgnoreCase)
            && !Regex.IsMatch(project.Folder, rule.OnlyInFolders, RegexOptions.IgnoreCase)
        select new Violation(
            project.Path,
            $"uses the package {package}",
            $"{rule.Prefix}* only in a project whose folder matches {rule.OnlyInFolders}");
}
