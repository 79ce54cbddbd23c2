using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.S3;
using Xunit;

namespace EndToEnd.Tests.Examples;

/// <summary>Every example gives the same answer over a store that keeps its data in a bucket of S3 as over the embedded one.</summary>
public sealed class BucketTests
{
    [Theory]
    [InlineData("hello/hello.yaml")]
    [InlineData("wordcount/workflow.yaml", "--parameter", "directory=/usr/share/common-licenses")]
    [InlineData("tpch/q1.yaml", "--parameter", "sf=0.01")]
    [InlineData("airflow/sales.yaml")]
    [InlineData("scripts/workflow.yaml")]
    public async Task An_example_answers_over_a_bucket_as_it_does_over_the_embedded_store(string file, params string[] parameters)
    {
        var bucket = S3Server.Locate();
        await using var workspace = new Workspace();
        await using var store = await StandaloneStore.StartAsync(workspace, bucket: bucket);

        await RunAsync("there", store.Options);
        await RunAsync("here");
        (await workspace.ExecutorAsync(["store", "verify", "there", .. store.Options])).Expect(0);
        (await workspace.ExecutorAsync(["delete", "there", .. store.Options])).Expect(0);

        var results = Directory.GetFiles(workspace.PathOf("here"));
        Assert.NotEmpty(results);
        foreach (var result in results)
        {
            Assert.Equal(await ReadAsync(result), await ReadAsync(workspace.PathOf("there", Path.GetFileName(result))));
        }

        async Task RunAsync(string name, params string[] more) => (await workspace.ExecutorAsync(
            ["run", Repository.PathOf("examples", file), "--run-id", name, "--results", workspace.PathOf(name), "--format", "csv", .. parameters, .. more])).Expect(0);
    }

    // Rows of unordered outputs come in any order.
    private static async Task<IEnumerable<string>> ReadAsync(string file) =>
        (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Order(StringComparer.Ordinal);
}
