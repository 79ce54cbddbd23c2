using Xunit;
using static Architecture.Tests.Checks.MadeUpTree;

namespace Architecture.Tests.Checks;

public sealed class FolderCircleCheckTests
{
    [Fact]
    public void Two_folders_that_use_each_other_are_found_with_their_types()
    {
        var tree = Of(
            ("executor/Executor.csproj", ProjectFile()),
            ("executor/A/Plan.cs", "sealed class Plan { Job? job; }"),
            ("executor/B/Job.cs", "record struct Job(Plan Origin);"));

        AssertOne(
            FolderCircleCheck.Run(tree),
            "executor/Executor.csproj",
            "executor/A -> executor/B (Job)",
            "executor/B -> executor/A (Plan)");
    }

    [Fact]
    public void A_circle_over_three_folders_is_found_once_and_without_the_folders_outside_it()
    {
        var tree = Of(
            ("executor/Executor.csproj", ProjectFile()),
            ("executor/Program.cs", "new First();"),
            ("executor/A/First.cs", "class First { Second x; }"),
            ("executor/B/Second.cs", "interface Second { Third Get(); }"),
            ("executor/C/Third.cs", "delegate First Third(Leaf leaf);"),
            ("executor/D/Leaf.cs", "enum Leaf { Green }"));

        var violation = Assert.Single(FolderCircleCheck.Run(tree));
        Assert.DoesNotContain("Leaf", violation.Found, StringComparison.Ordinal);
        Assert.DoesNotContain("executor ->", violation.Found, StringComparison.Ordinal);
        Assert.Contains("executor/C -> executor/A (First)", violation.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_strings_and_types_with_two_homes_make_no_circle()
    {
        var tree = Of(
            ("executor/Executor.csproj", ProjectFile()),
            ("executor/A/Plan.cs", "class Plan { Job j; Shared s; } class Shared;"),
            ("executor/B/Job.cs", """"
                class Job { Shared s; /* Plan */ } // Plan
                class Shared;
                class P { string a = "Plan", b = @"C:\", c = """Plan "Plan" """, d = $@"{e}""Plan"; char e = '"'; }
                """"));

        Assert.Empty(FolderCircleCheck.Run(tree));
    }

    [Fact]
    public void Folders_of_two_projects_and_of_tests_are_not_mixed()
    {
        var tree = Of(
            ("shuffle/Shuffle.csproj", ProjectFile()),
            ("shuffle/Plan.cs", "class Plan { Job j; }"),
            ("shuffle/engine/Engine.csproj", ProjectFile()),
            ("shuffle/engine/Job.cs", "class Job { Plan p; }"),
            ("tests/X.Tests/X.Tests.csproj", ProjectFile()),
            ("tests/X.Tests/A/One.cs", "class One { Two t; }"),
            ("tests/X.Tests/B/Two.cs", "class Two { One o; }"));

        Assert.Empty(FolderCircleCheck.Run(tree));
    }
}
