using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Processes;
using Executor.TestKit.S3;
using Xunit;

namespace EndToEnd.Tests.Skew;

/// <summary>
/// A partition with nearly all rows, read whole and in slices. Every body of the sliced task leaves a line in a file of this test, so that what ran is
/// known from outside.
/// </summary>
public sealed class SkewTests : IAsyncDisposable
{
    private const string Run = "skewed";
    private readonly Workspace _workspace = new();

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Fact]
    public async Task A_partition_with_nearly_all_rows_is_read_by_several_instances_and_the_answer_is_the_same()
    {
        var whole = (await _workspace.ExecutorAsync("run", Workflow(splitAbove: null, name: "whole"), "--run-id", "whole")).Expect(0);
        Assert.Equal(["0 - - -", "1 - - -", "2 - - -"], TakeBodies());

        var split = (await _workspace.ExecutorAsync("run", Workflow("200Ki"), "--run-id", Run)).Expect(0);

        Assert.Equal(ExpectedAnswer, Answer(whole));
        Assert.Equal(ExpectedAnswer, Answer(split));
        var slices = Slices(TakeBodies());
        AssertComplete(slices);
        Assert.True(slices.Length > 5, $"{slices.Length} instances");
        Assert.Single(slices.GroupBy(slice => slice.Partition), partition => partition.Count() > 1);
        Assert.Contains(split.ErrorLines, line => line.Contains("1 of 3 partitions of make.words are read in slices", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_partition_that_lies_in_a_bucket_of_S3_is_read_in_slices_through_several_stores_one_of_which_is_killed()
    {
        var bucket = S3Server.Locate();
        await using var store = await StandaloneStore.StartAsync(_workspace, bucket: bucket);
        await using var other = await store.StartAnotherAsync();
        string[] stores = ["--store", $"{store.Url},{other.Url}", "--store-key-file", store.KeyFile];
        await using var program = _workspace.Start(
            ["run", Workflow("200Ki", gate: ": > $FOLDER/waiting; until [ -e $FOLDER/go ]; do sleep 0.1; done"), "--run-id", Run, .. stores]);
        await Poll.UntilAsync(
            () => File.Exists(_workspace.PathOf("waiting")) && program.Error.Contains("are read in slices", StringComparison.Ordinal),
            TimeSpan.FromMinutes(2),
            program.Describe,
            TestContext.Current.CancellationToken);
        await other.KillAsync();
        _workspace.Write("go", "");
        var split = (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);

        Assert.Equal(ExpectedAnswer, Answer(split));
        var slices = Slices(TakeBodies());
        AssertComplete(slices);
        Assert.True(slices.Length > 5, $"{slices.Length} instances");
        (await _workspace.ExecutorAsync(["store", "verify", Run, .. store.Options])).Expect(0);
        (await _workspace.ExecutorAsync(["delete", Run, .. store.Options])).Expect(0);
    }

    [Fact]
    public async Task After_kill_9_of_the_executor_between_the_choice_and_its_readers_the_same_slices_are_read()
    {
        var workflow = Workflow("200Ki", gate: "until [ -e $FOLDER/go ]; do sleep 0.1; done");
        await using (var killed = _workspace.Start("run", workflow, "--run-id", Run))
        {
            await killed.WaitForTextAsync("are read in slices", error: true, TestContext.Current.CancellationToken);
            killed.Signal(Signals.Kill);
            Assert.Equal(137, (await killed.WaitAsync(TestContext.Current.CancellationToken)).ExitCode);
        }

        await _workspace.WhenNothingRunsAsync();
        Assert.Empty(TakeBodies());
        var chosen = Assert.Single(await SlicesInJournalAsync());
        _workspace.Write("go", "");
        var resumed = (await _workspace.ExecutorAsync("run", workflow, "--run-id", Run)).Expect(0);

        Assert.Equal(ExpectedAnswer, Answer(resumed));
        var slices = Slices(TakeBodies());
        AssertComplete(slices);
        Assert.Equal(chosen, Assert.Single(await SlicesInJournalAsync()));
        Assert.Contains($"\"instances\":{slices.Length}", chosen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_data_is_made_again_for_the_slices_that_were_chosen_before()
    {
        await using var program = _workspace.Start(
            "run", Workflow("200Ki", gate: ": > $FOLDER/waiting; until [ -e $FOLDER/go ]; do sleep 0.1; done"), "--run-id", Run);
        await Poll.UntilAsync(
            () => File.Exists(_workspace.PathOf("waiting")) && program.Error.Contains("are read in slices", StringComparison.Ordinal),
            TimeSpan.FromMinutes(2),
            program.Describe,
            TestContext.Current.CancellationToken);
        foreach (var segment in StoreFolder.Segments(Path.Combine(_workspace.State, "store"), Run))
        {
            File.Delete(segment);
        }

        // What is made again is spread otherwise: the hot rows are all of the first instance.
        _workspace.Write("again", "");
        _workspace.Write("go", "");
        var result = (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);

        Assert.Equal(ExpectedAnswer, Answer(result));
        Assert.Contains(result.ErrorLines, line => line.Contains("make: 6 of 6 instances begin anew", StringComparison.Ordinal));
        Assert.Single(await SlicesInJournalAsync());
    }

    [Fact]
    public async Task Another_limit_makes_other_slices_of_the_same_data()
    {
        var first = (await _workspace.ExecutorAsync("run", Workflow("200Ki"), "--run-id", Run)).Expect(0);
        var before = Slices(TakeBodies());

        var second = (await _workspace.ExecutorAsync("run", Workflow("400Ki"), "--run-id", Run)).Expect(0);

        Assert.Equal(Answer(first), Answer(second));
        var after = Slices(TakeBodies());
        AssertComplete(after);
        Assert.True(after.Length < before.Length, $"{before.Length} and then {after.Length} instances");
        Assert.Equal(2, (await SlicesInJournalAsync()).Count);
        Assert.DoesNotContain(second.ErrorLines, line => line.Contains("make: ", StringComparison.Ordinal) && line.Contains("begin anew", StringComparison.Ordinal));

        var whole = (await _workspace.ExecutorAsync("run", Workflow(splitAbove: null), "--run-id", Run)).Expect(0);
        Assert.Equal(Answer(first), Answer(whole));
        Assert.Equal(["0 - - -", "1 - - -", "2 - - -"], TakeBodies());
    }

    [Fact]
    public async Task A_plan_says_that_the_number_of_instances_is_known_at_run_time()
    {
        var workflow = Workflow("200Ki");

        var text = (await _workspace.ExecutorAsync("plan", workflow)).Expect(0);
        var json = (await _workspace.ExecutorAsync("plan", workflow, "--output", "json")).Expect(0);

        Assert.Contains("at least", text.OutputLines[0], StringComparison.Ordinal);
        Assert.Contains(text.OutputLines, line => line.StartsWith("count ", StringComparison.Ordinal) && line.Contains(" 3+ ", StringComparison.Ordinal));
        Assert.Contains("make.words (partition split above 200Ki, stdin)", text.Output, StringComparison.Ordinal);
        Assert.Contains("\"slices\": 1", json.Output, StringComparison.Ordinal);
    }

    private static string[] ExpectedAnswer =>
        [.. Enumerable.Range(1, 12).Select(number => $"{number} 6").Append("hot 120000").Order(StringComparer.Ordinal)];

    /// <summary>make[0..5] write many rows of one word and few of others, count[...] counts them in its part, pass[...], which is split as well, passes the counts on, add adds them up.</summary>
    private string Workflow(string? splitAbove, string gate = "true", string name = "workflow") => _workspace.WriteWorkflow(
        $$"""
        defaults:
          retries: {task: 0}
          resources: {cpu: 200m}
          env: {FOLDER: "{{_workspace.PathOf()}}"}
        tasks:
          - name: make
            fanOut: {count: 6}
            script: |
              rows=20000
              if [ -e "$FOLDER/again" ]; then rows=$((EXECUTOR_INDEX == 0 ? 120000 : 0)); fi
              yes hot | head -n "$rows"
              seq 12
            stdout: words
            outputs: [{name: words, format: lines, partitionBy: {hash: [line], partitions: 3} }]
          - name: gate
            after: [make]
            script: |
              {{gate}}
          - name: count
            after: [gate]
            fanOut: {over: make.words{{(splitAbove is null ? "" : $", splitAbove: {splitAbove}")}} }
            inputs: [{from: make.words}]
            stdin: make.words
            script: |
              echo "$EXECUTOR_INDEX ${EXECUTOR_PARTITION:--} ${EXECUTOR_SLICE:--} ${EXECUTOR_SLICES:--}" >> "$FOLDER/bodies"
              awk '{ n[$1]++ } END { for (word in n) print word, n[word] }'
            stdout: counts
            outputs: [{name: counts, format: lines, partitionBy: {hash: [line], partitions: 2} }]
          - name: pass
            fanOut: {over: count.counts, splitAbove: 1}
            inputs: [{from: count.counts}]
            stdin: count.counts
            script: cat
            stdout: counts
            outputs: [{name: counts, format: lines}]
          - name: add
            inputs: [{from: pass.counts}]
            stdin: pass.counts
            script: awk '{ n[$1] += $2 } END { for (word in n) print "answer", word, n[word] }'
            stdout: sums
            outputs: [{name: sums, format: lines}]
        results: [add.sums]
        """,
        name);

    private async Task<IReadOnlyList<string>> SlicesInJournalAsync() =>
        [.. (await _workspace.ExecutorAsync("status", Run, "--journal")).Expect(0).OutputLines
            .Where(line => line.Contains("\"decision\":\"slices\",\"task\":\"count\"", StringComparison.Ordinal))];

    private static string[] Answer(ProgramResult result) =>
        [.. result.OutputLines.Where(line => line.StartsWith("answer ", StringComparison.Ordinal)).Select(line => line["answer ".Length..].Trim()).Order(StringComparer.Ordinal)];

    private string[] TakeBodies()
    {
        var file = _workspace.PathOf("bodies");
        string[] bodies = File.Exists(file) ? [.. File.ReadAllLines(file).Order(StringComparer.Ordinal)] : [];
        File.Delete(file);
        return bodies;
    }

    private static Slice[] Slices(string[] bodies) =>
        [.. bodies.Select(body => body.Split(' ').Select(int.Parse).ToArray()).Select(n => new Slice(n[0], n[1], n[2], n[3])).OrderBy(slice => slice.Index)];

    // In order of index come the partitions, and each partition's slices.
    private static void AssertComplete(Slice[] slices)
    {
        var expected = slices.GroupBy(slice => slice.Partition).OrderBy(group => group.Key)
            .SelectMany(group => Enumerable.Range(0, group.Count()).Select(slice => (group.Key, slice, group.Count())));
        Assert.Equal(expected, slices.Select(slice => (slice.Partition, slice.Number, slice.Of)));
        Assert.Equal(Enumerable.Range(0, slices.Length), slices.Select(slice => slice.Index));
        Assert.Equal([0, 1, 2], slices.Select(slice => slice.Partition).Distinct());
    }

    private sealed record Slice(int Index, int Partition, int Number, int Of);
}
