using System.Globalization;
using System.Text.RegularExpressions;

namespace Architecture.Tests.Checks;

/// <summary>What files contain, how long they are and how decision records are named.</summary>
internal static class TextCheck
{
    // The rules themselves and the made-up trees that break them.
    private const string ThisProject = "tests/Architecture.Tests";

    public static IEnumerable<Violation> ForbiddenText(RepositoryTree tree) =>
        from file in tree.Files
        where !FolderPattern.IsBelow(file.Path, ThisProject)
        from rule in Rules.ForbiddenText
        where Regex.IsMatch(file.Path, rule.InFiles)
        from line in file.Text.Split('\n').Select((text, index) => (Text: text, Number: index + 1))
        let match = Regex.Match(line.Text, rule.Pattern)
        where match.Success
        let place = string.Create(CultureInfo.InvariantCulture, $"{file.Path}:{line.Number}")
        select new Violation(place, $"contains '{match.Value}'", rule.Reason);

    public static IEnumerable<Violation> Length(RepositoryTree tree) =>
        from project in tree.SourceProjects
        from file in tree.CodeOf(project)
        let lines = file.Text.AsSpan().TrimEnd('\n').Count('\n') + 1
        where lines > Rules.MaxSourceLines
        select new Violation(file.Path, $"has {lines} lines", $"a source file has at most {Rules.MaxSourceLines}");

    public static IEnumerable<Violation> DecisionRecords(RepositoryTree tree)
    {
        var records = tree.Files.Where(file => FolderPattern.IsBelow(file.Path, "docs/adr"))
            .Select(file => (file.Path, Name: Regex.Match(file.Path, Rules.DecisionRecordName)))
            .ToList();
        foreach (var (path, _) in records.Where(record => !record.Name.Success))
        {
            yield return new(path, "is named otherwise", $"a decision record is named NNNN-title.md ({Rules.DecisionRecordName})");
        }

        var byNumber = records.Where(record => record.Name.Success).GroupBy(record => record.Name.Groups["number"].Value);
        foreach (var same in byNumber.Where(same => same.Count() > 1))
        {
            yield return new(same.Last().Path, $"has the number of {same.First().Path}", "decision records are numbered once");
        }
    }
}
