using Xunit;

namespace Architecture.Tests.Checks;

/// <summary>Small repositories made from strings, for the tests of the checks.</summary>
internal static class MadeUpTree
{
    public static RepositoryTree Of(params (string Path, string Text)[] files) =>
        new(files.Select(file => new TextFile(file.Path, file.Text)));

    public static string ProjectFile(params string[] items) =>
        $"<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup>{string.Concat(items)}</ItemGroup></Project>";

    public static string Reference(string path) => $"<ProjectReference Include=\"{path}\" />";

    public static string BuildOrder(string path) => $"<ProjectReference Include=\"{path}\" ReferenceOutputAssembly=\"false\" />";

    public static string Package(string name) => $"<PackageReference Include=\"{name}\" />";

    /// <summary>Asserts that there is one violation with this file, and that its message contains these words.</summary>
    public static void AssertOne(IEnumerable<Violation> violations, string file, params string[] words)
    {
        var violation = Assert.Single(violations);
        Assert.Equal(file, violation.File);
        Assert.All(words, word => Assert.Contains(word, violation.ToString(), StringComparison.Ordinal));
    }
}
