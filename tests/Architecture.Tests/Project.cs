using System.Xml.Linq;

namespace Architecture.Tests;

/// <summary>What a project file says about what the project uses.</summary>
internal sealed record Project(
    string Path,
    string Folder,
    IReadOnlyList<ProjectReference> References,
    IReadOnlyList<string> Packages,
    IReadOnlyList<string> GlobalUsings)
{
    public bool IsSource => !Rules.NotSource.Any(folder => FolderPattern.IsBelow(Folder, folder));

    public static Project Parse(TextFile file)
    {
        var items = XDocument.Parse(file.Text).Descendants().ToList();
        return new Project(
            file.Path,
            file.Folder,
            [.. from item in Named("ProjectReference")
                select new ProjectReference(Resolve(file.Folder, item.Name), OrdersBuildOnly(item.Element))],
            [.. Named("PackageReference").Select(item => item.Name)],
            [.. Named("Using").Select(item => item.Name)]);

        IEnumerable<(string Name, XElement Element)> Named(string kind) =>
            from element in items
            where element.Name.LocalName == kind
            let include = (string?)element.Attribute("Include") ?? ""
            from name in include.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            select (name, element);
    }

    private static bool OrdersBuildOnly(XElement reference)
    {
        const string Name = "ReferenceOutputAssembly";
        var value = (string?)reference.Attribute(Name)
            ?? (string?)reference.Elements().FirstOrDefault(element => element.Name.LocalName == Name);
        return string.Equals(value?.Trim(), "false", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The folder of the project that a reference leads to, from the root of the tree.</summary>
    private static string Resolve(string folder, string include)
    {
        var segments = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var segment in include.Replace('\\', '/').Split('/')[..^1])
        {
            if (segment == ".." && segments.Count > 0)
            {
                segments.RemoveAt(segments.Count - 1);
            }
            else if (segment is not (".." or "."))
            {
                segments.Add(segment);
            }
        }

        return string.Join('/', segments);
    }
}

/// <summary>A reference to the project in <paramref name="Folder"/>.</summary>
internal sealed record ProjectReference(string Folder, bool OrdersBuildOnly);
