using System.Text;
using System.Text.Json.Nodes;
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
        await AssertSameAsync(installation, Repository.PathOf("examples", file), parameters, parameters);
    }

    // The texts that it counts are those of the image, so that they are brought here first.
    [Fact]
    public async Task The_word_count_counts_the_texts_of_its_image_as_it_does_on_one_machine()
    {
        const string Texts = "/usr/share/common-licenses";
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var copy = installation.PathOf("common-licenses");
        await CopyAsync(installation, Texts, copy);

        var rows = await AssertSameAsync(
            installation, Repository.PathOf("examples", "wordcount", "workflow.yaml"), ["--parameter", $"directory={Texts}"], ["--parameter", $"directory={copy}"]);

        Assert.Equal(20, rows.Count - 1);
    }

    /// <summary>Runs an example in the cluster and on this machine, compares the results, and returns the rows of the last, its heading among them.</summary>
    private static async Task<IReadOnlyList<string>> AssertSameAsync(Installation installation, string path, string[] parametersThere, string[] parametersHere)
    {
        var there = installation.PathOf($"there-{Guid.NewGuid():n}");
        var here = installation.PathOf($"here-{Guid.NewGuid():n}");
        (await installation.ExecutorAsync(["run", path, "--results", there, "--format", "csv", .. parametersThere])).Expect(0);
        (await installation.EmbeddedAsync(["run", path, "--results", here, "--format", "csv", .. parametersHere])).Expect(0);

        IReadOnlyList<string> rows = [];
        foreach (var result in Directory.GetFiles(here))
        {
            rows = await ReadAsync(result);
            Assert.Equal(rows, await ReadAsync(Path.Combine(there, Path.GetFileName(result))));
        }

        Assert.NotEmpty(rows);
        return rows;
    }

    /// <summary>Copies the files of a folder of the image to this machine.</summary>
    private static async Task CopyAsync(Installation installation, string folder, string to)
    {
        const string Print = """
            import json, pathlib, sys
            print(json.dumps({p.name: p.read_text("latin-1") for p in pathlib.Path(sys.argv[1]).iterdir() if not p.is_symlink()}))
            """;
        (await installation.KubectlAsync(
            ["run", "texts", $"--image={Installation.ShellImage}", "--image-pull-policy=IfNotPresent", "--restart=Never", "--command", "--", "python3", "-c", Print, folder]))
            .Expect(0);
        await installation.Place.WhenPodAsync("texts", pod => pod.Status?.Phase == "Succeeded", TestContext.Current.CancellationToken);
        var files = JsonNode.Parse((await installation.KubectlAsync(["logs", "texts"])).Expect(0).Output)!.AsObject();
        Directory.CreateDirectory(to);
        foreach (var (name, text) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(to, name), (string)text!, Encoding.Latin1, TestContext.Current.CancellationToken);
        }
    }

    // Rows of unordered outputs come in any order.
    private static async Task<IReadOnlyList<string>> ReadAsync(string file) =>
        [.. (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Order(StringComparer.Ordinal)];
}
