using Cluster.Tests.Harness;
using Executor.TestKit;

namespace Cluster.Tests.Runs;

/// <summary>Every example gives the same answer on a cluster as on one machine.</summary>
public sealed class ExampleTests(SharedInstallation shared)
{
    [Theory]
    [InlineData("hello/hello.yaml")]
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

    // The texts that it counts are those of the image, so that its answer is another than this machine's.
    [Fact]
    public async Task The_word_count_counts_the_texts_of_its_image()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var folder = installation.PathOf("words");
        (await installation.ExecutorAsync(
            "run", Repository.PathOf("examples", "wordcount", "workflow.yaml"), "--parameter", "directory=/usr/share/common-licenses", "--results", folder, "--format", "csv"))
            .Expect(0);

        var rows = (await File.ReadAllLinesAsync(Directory.GetFiles(folder).Single(), TestContext.Current.CancellationToken)).Skip(1).ToList();
        Assert.Equal(20, rows.Count);
        Assert.Contains(rows, row => row.Trim('"').EndsWith(" the", StringComparison.Ordinal));
    }

    // Rows of unordered outputs come in any order.
    private static async Task<IEnumerable<string>> ReadAsync(string file) =>
        (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Order(StringComparer.Ordinal);
}
