using Cluster.Tests.Harness;
using Executor.TestKit;

namespace Cluster.Tests.Runs;

/// <summary>Every example gives the same answer on a cluster as on one machine.</summary>
public sealed class ExampleTests(SharedInstallation shared)
{
    // The first three licences are the same in every Debian.
    [Theory]
    [InlineData("hello/hello.yaml")]
    [InlineData("wordcount/workflow.yaml", "--parameter", "directory=/usr/share/common-licenses", "--parameter", "files=3")]
    [InlineData("tpch/q1.yaml", "--parameter", "sf=0.01")]
    [InlineData("airflow/sales.yaml")]
    [InlineData("scripts/workflow.yaml")]
    public async Task An_example_answers_on_a_cluster_as_it_does_on_one_machine(string file, params string[] parameters)
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var path = Repository.PathOf("examples", file);
        var there = installation.PathOf($"there-{Guid.NewGuid():n}");
        var here = installation.PathOf($"here-{Guid.NewGuid():n}");

        (await installation.ExecutorAsync(["run", path, "--results", there, "--format", "csv", .. parameters])).Expect(0);
        (await installation.EmbeddedAsync(["run", path, "--results", here, "--format", "csv", .. parameters])).Expect(0);

        var results = Directory.GetFiles(here);
        Assert.NotEmpty(results);
        foreach (var result in results)
        {
            Assert.Equal(await ReadAsync(result), await ReadAsync(Path.Combine(there, Path.GetFileName(result))));
        }
    }

    // Rows of unordered outputs come in any order.
    private static async Task<IEnumerable<string>> ReadAsync(string file) =>
        (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Order(StringComparer.Ordinal);
}
