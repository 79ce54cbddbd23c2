using Cluster.Tests.Harness;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Runs;

/// <summary>A partition with nearly all rows, read whole and in slices, by pods of their own and out of a store that keeps everything in a bucket of S3.</summary>
public sealed class SkewTests(SharedInstallation shared)
{
    private static readonly string[] ExpectedAnswer =
        [.. Enumerable.Range(1, 12).Select(number => $"{number} 4").Append("hot 4000").Order(StringComparer.Ordinal)];

    [Fact]
    public async Task A_partition_with_nearly_all_rows_is_read_by_several_pods_and_the_answer_is_the_same()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);

        var whole = (await installation.ExecutorAsync("run", Workflow(installation, "skewed-whole", splitAbove: null), "--run-id", "skewed-whole")).Expect(0);
        var split = (await installation.ExecutorAsync("run", Workflow(installation, "skewed-split", "8Ki"), "--run-id", "skewed-split", "--keep-files")).Expect(0);

        Assert.Equal(ExpectedAnswer, Answer(whole));
        Assert.Equal(ExpectedAnswer, Answer(split));
        Assert.Contains(split.ErrorLines, line => line.Contains("1 of 2 partitions of make.words are read in slices", StringComparison.Ordinal));
        var chosen = Assert.Single(await installation.JournalAsync("skewed-split"), entry => (string?)entry["decision"] == "slices");
        var instances = (int)chosen["instances"]!;
        Assert.InRange(instances, 3, 5);
        Assert.Equal(
            Enumerable.Range(0, instances).Select(index => $"{index}"),
            (await installation.PodsAsync("skewed-split", "count")).Select(pod => pod.Metadata.Labels!["executor.dev/index"]).Order(StringComparer.Ordinal));
        (await installation.ExecutorAsync("store", "verify", "skewed-split")).Expect(0);
    }

    private static string Workflow(Installation installation, string name, string? splitAbove) => installation.WriteWorkflow(
        name,
        $$"""
        tasks:
          - name: make
            image: {{Installation.BusyBox}}
            fanOut: {count: 4}
            script: |
              /bin/busybox awk 'BEGIN { for (i = 0; i < 1000; i++) print "hot"; for (i = 1; i <= 12; i++) print i }'
            stdout: words
            outputs: [{name: words, format: lines, partitionBy: {hash: [line], partitions: 2} }]
          - name: count
            image: {{Installation.BusyBox}}
            fanOut: {over: make.words{{(splitAbove is null ? "" : $", splitAbove: {splitAbove}")}} }
            inputs: [{from: make.words}]
            stdin: make.words
            script: |
              /bin/busybox awk '{ n[$1]++ } END { for (word in n) print word, n[word] }'
            stdout: counts
            outputs: [{name: counts, format: lines}]
          - name: add
            image: {{Installation.BusyBox}}
            inputs: [{from: count.counts}]
            stdin: count.counts
            script: |
              /bin/busybox awk '{ n[$1] += $2 } END { for (word in n) print "answer", word, n[word] }'
            stdout: sums
            outputs: [{name: sums, format: lines}]
        results: [add.sums]
        """);

    private static string[] Answer(ProgramResult result) =>
        [.. Installation.Answers(result).Select(line => line["answer ".Length..].Trim()).Order(StringComparer.Ordinal)];
}
