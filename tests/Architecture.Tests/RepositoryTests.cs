using Architecture.Tests.Checks;
using Xunit;

namespace Architecture.Tests;

/// <summary>This repository against <see cref="Rules"/>.</summary>
public sealed class RepositoryTests
{
    private static readonly RepositoryTree Repository = RepositoryTree.FromDisk();

    [Fact]
    public void The_repository_is_found_with_its_projects_and_their_code()
    {
        Assert.Contains(Repository.Projects, project => project.Folder == "executor" && project.References.Count > 0);
        Assert.Contains(Repository.Files, file => file.Path == "executor/Program.cs");
        Assert.Contains(Repository.Files, file => file.Path == ".ci/run");
    }

    [Fact]
    public void Projects_reference_only_what_the_table_allows() => AssertNone(DependencyCheck.Run(Repository));

    [Fact]
    public void Namespaces_are_used_only_where_the_table_allows() => AssertNone(NamespaceCheck.Run(Repository));

    [Fact]
    public void Folders_of_a_project_do_not_use_each_other_in_circles() => AssertNone(FolderCircleCheck.Run(Repository));

    [Fact]
    public void No_file_contains_forbidden_text() => AssertNone(TextCheck.ForbiddenText(Repository));

    [Fact]
    public void No_source_file_is_too_long() => AssertNone(TextCheck.Length(Repository));

    [Fact]
    public void Decision_records_are_named_by_number_and_title() => AssertNone(TextCheck.DecisionRecords(Repository));

    private static void AssertNone(IEnumerable<Violation> violations)
    {
        var found = violations.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
