using Xunit;

namespace Executor.TestKit;

/// <summary>
/// A program that some tests compare the product with and that the .NET SDK does not bring: pyarrow's Python, DuckDB.
/// <c>scripts/lab install</c> puts each under <c>$EXECUTOR_LAB/bin</c> (by default <c>~/.cache/executor-lab/bin</c>).
/// </summary>
public static class ExternalPart
{
    /// <summary>A Python 3 that imports <c>pyarrow</c> and <c>pyarrow.flight</c>.</summary>
    public const string PyArrow = "pyarrow-python";

    /// <summary>DuckDB's command line.</summary>
    public const string DuckDb = "duckdb";

    private const string RequireVariable = "EXECUTOR_TESTS_REQUIRE_PARTS";

    /// <summary>The folder of all that <c>scripts/lab</c> and <c>scripts/cluster</c> bring.</summary>
    public static string Lab => Environment.GetEnvironmentVariable("EXECUTOR_LAB") is { Length: > 0 } lab
        ? lab
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "executor-lab");

    /// <summary>
    /// The full path of the part. Where it is missing the calling test is skipped with the reason, or fails
    /// if <c>EXECUTOR_TESTS_REQUIRE_PARTS=1</c>.
    /// </summary>
    public static string Locate(string name)
    {
        var path = Path.Combine(Lab, "bin", name);
        if (!File.Exists(path))
        {
            Missing($"{name} is not at {path}; scripts/lab install puts it there");
        }

        return path;
    }

    /// <summary>Skips the calling test with a reason, or fails it where parts are required.</summary>
    public static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable(RequireVariable) == "1")
        {
            Assert.Fail($"{RequireVariable}=1, and {reason}");
        }

        Assert.Skip(reason);
    }
}
