using System.Text;
using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Tests.Lifecycle;

public sealed class AttemptTests : IAsyncDisposable
{
    private readonly AttemptHarness _harness = new();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_body_without_outputs_commits()
    {
        var result = await _harness.RunAsync(AttemptHarness.Task("quiet", "true"));

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(AttemptPhase.Committed, result.Report.Phase);
        Assert.Equal(0, result.Report.ExitCode);
        Assert.NotNull(result.Commit);
        Assert.Empty(result.Commit.Outputs);
        Assert.True(result.Commit.Usage!.PeakMemoryBytes > 0);
    }

    [Fact]
    public async Task Standard_output_becomes_lines_and_the_last_one_counts_without_a_line_end()
    {
        var result = await _harness.RunAsync(AttemptHarness.Task("print", "printf", "one\\n\\nthree") with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines)],
        });

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["one", "", "three"], await _harness.LinesAsync("print", "text"));
    }

    [Fact]
    public async Task Rows_reach_the_same_partition_in_every_instance_and_come_back_on_standard_input()
    {
        var words = AttemptHarness.Shell("words", "for i in 1 2 3 4 5 6 7 8; do echo word$i; done") with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines, kind: PartitioningKind.Hash, count: 4, columns: ["line"])],
        };
        for (var index = 0; index < 3; index++)
        {
            Assert.Equal(0, (await _harness.RunAsync(words with { Attempt = words.Attempt with { Index = index } })).ExitCode);
        }

        await _harness.SealAsync("words", "text", instances: 3);
        for (var partition = 0; partition < 4; partition++)
        {
            var count = AttemptHarness.Shell("count", "sort | uniq -c | tr -s ' '") with
            {
                Inputs = [AttemptHarness.Input("words.text", DataFormat.Lines, partition: partition)],
                Outputs = [AttemptHarness.Output("counts", DataFormat.Lines)],
            };
            Assert.Equal(0, (await _harness.RunAsync(count with { Attempt = count.Attempt with { Index = partition } })).ExitCode);
        }

        Assert.Equal(
            Enumerable.Range(1, 8).Select(i => $" 3 word{i}"),
            (await _harness.LinesAsync("count", "counts", instances: 4)).Order());
    }

    [Fact]
    public async Task An_arrow_stream_goes_through_a_body_unchanged()
    {
        var schema = new Schema([new Field("id", Int32Type.Default, false)]);
        var batches = Enumerable.Range(0, 3).Select(part => new RecordBatch(
            schema, [new Int32Array.Builder().AppendRange(Enumerable.Range(part * 100_000, 100_000)).Build()], 100_000)).ToArray();
        await _harness.RunAsync(AttemptHarness.Task("make", "cat", _harness.ArrowFile("in.arrows", batches)) with
        {
            Outputs = [AttemptHarness.Output("rows", DataFormat.Arrow)],
        });
        await _harness.SealAsync("make", "rows");

        var copied = await _harness.RunAsync(AttemptHarness.Task("copy", "cat") with
        {
            Inputs = [AttemptHarness.Input("make.rows", DataFormat.Arrow)],
            Outputs = [AttemptHarness.Output("rows", DataFormat.Arrow)],
        });

        Assert.Equal(0, copied.ExitCode);
        var ids = (await _harness.BlocksAsync("copy", "rows")).SelectMany(block => ((Int32Array)block.Rows.Column(0)).ToList());
        Assert.Equal(Enumerable.Range(0, 300_000), ids.Select(id => id!.Value));
        Assert.Equal(300_000, copied.Commit!.Usage!.InputRows);
        Assert.Equal(300_000, copied.Commit.Usage.OutputRows);
    }

    [Fact]
    public async Task Inputs_and_outputs_can_be_files()
    {
        await _harness.RunAsync(AttemptHarness.Task("make", "printf", "b\\na\\n") with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines)],
        });
        await _harness.SealAsync("make", "text");

        var result = await _harness.RunAsync(
            AttemptHarness.Shell(
                "files",
                "sort \"$EXECUTOR_INPUT_DIR/make.text.txt\" > \"$EXECUTOR_OUTPUT_DIR/sorted.txt\"; cp \"$EXECUTOR_INPUT_DIR/make.text.arrows\" \"$EXECUTOR_OUTPUT_DIR/same.arrows\"; printf done")
            with
            {
                Inputs =
                [
                    AttemptHarness.Input("make.text", DataFormat.Lines, stdin: false),
                    AttemptHarness.Input("make.text", DataFormat.Arrow, stdin: false),
                ],
                Outputs =
                [
                    AttemptHarness.Output("sorted", DataFormat.Lines, stdout: false),
                    AttemptHarness.Output("said", DataFormat.Lines),
                    AttemptHarness.Output("same", DataFormat.Arrow, stdout: false),
                ],
            });

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["sorted", "said", "same"], result.Commit!.Outputs.Select(output => output.Name));
        Assert.Equal(["a", "b"], await _harness.LinesAsync("files", "sorted"));
        Assert.Equal(["done"], await _harness.LinesAsync("files", "said"));
        Assert.Equal(["b", "a"], await _harness.LinesAsync("files", "same"));
    }

    [Fact]
    public async Task An_empty_input_is_still_an_arrow_stream_with_its_schema()
    {
        await _harness.RunAsync(AttemptHarness.Task("nothing", "true") with { Outputs = [AttemptHarness.Output("text", DataFormat.Lines)] });
        var seal = await _harness.SealAsync("nothing", "text");

        await _harness.RunAsync(AttemptHarness.Task("copy", "cat") with
        {
            Inputs = [AttemptHarness.Input("nothing.text", DataFormat.Arrow)],
            Outputs = [AttemptHarness.Output("rows", DataFormat.Arrow)],
        });

        var copied = await _harness.SealAsync("copy", "rows");
        Assert.Equal(seal.Schema.ToArray(), copied.Schema.ToArray());
        Assert.Empty(copied.Partitions);
    }

    [Fact]
    public async Task The_body_is_told_who_and_where_it_is_but_not_the_key()
    {
        _harness.Environment["INHERITED"] = "yes";
        _harness.Environment["OVERRIDDEN"] = "no";
        var descriptor = AttemptHarness.Shell("tell", "env; pwd") with
        {
            Item = "item 7",
            Slice = new SliceDescriptor(4, 1, 3),
            Parameters = new Dictionary<string, string> { ["days"] = "30" },
            Environment = new Dictionary<string, string> { ["OVERRIDDEN"] = "by the task" },
            Outputs = [AttemptHarness.Output("env", DataFormat.Lines)],
        };

        var result = await _harness.RunAsync(descriptor with { Attempt = descriptor.Attempt with { Index = 0, Attempt = 3 } });

        Assert.Equal(0, result.ExitCode);
        var lines = await _harness.LinesAsync("tell", "env");
        Assert.Contains("INHERITED=yes", lines);
        Assert.Contains("OVERRIDDEN=by the task", lines);
        Assert.Contains("EXECUTOR_RUN_ID=run-1", lines);
        Assert.Contains("EXECUTOR_TASK=tell", lines);
        Assert.Contains("EXECUTOR_INDEX=0", lines);
        Assert.Contains("EXECUTOR_ATTEMPT=3", lines);
        Assert.Contains("EXECUTOR_ITEM=item 7", lines);
        Assert.Contains("EXECUTOR_PARTITION=4", lines);
        Assert.Contains("EXECUTOR_SLICE=1", lines);
        Assert.Contains("EXECUTOR_SLICES=3", lines);
        Assert.Contains("EXECUTOR_PARAMETERS={\"days\":\"30\"}", lines);
        Assert.Contains("EXECUTOR_OUTPUTS=[{\"name\":\"env\",\"path\":\"-\",\"format\":\"Lines\"}]", lines);
        Assert.StartsWith(_harness.ScratchFolder, lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line!.StartsWith("EXECUTOR_RUN_KEY=", StringComparison.Ordinal)
            || line.StartsWith("EXECUTOR_DESCRIPTOR", StringComparison.Ordinal) || line.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_log_is_kept_and_its_tail_reported()
    {
        var result = await _harness.RunAsync(AttemptHarness.Shell("fail", "echo to-out; echo to-err >&2; exit 7"));

        Assert.Equal(7, result.ExitCode);
        Assert.Contains("to-err", result.Report.LogTail, StringComparison.Ordinal);
        var kept = await _harness.Records.GetAsync(
            AttemptHarness.Run, RecordKeys.Log(AttemptHarness.Task("fail").Attempt), TestContext.Current.CancellationToken);
        var text = Encoding.UTF8.GetString(kept!.Value.Span);
        Assert.Contains("to-out\n", text, StringComparison.Ordinal);
        Assert.Contains("to-err\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_log_keeps_its_end()
    {
        await _harness.RunAsync(AttemptHarness.Shell("chatty", "seq 1 400000 >&2; echo the end >&2"));

        var kept = await _harness.Records.GetAsync(
            AttemptHarness.Run, RecordKeys.Log(AttemptHarness.Task("chatty").Attempt), TestContext.Current.CancellationToken);
        Assert.Equal(1 << 20, kept!.Value.Length);
        Assert.True(kept.Value.Span.EndsWith("399999\n400000\nthe end\n"u8));
    }

    [Fact]
    public async Task A_lost_commit_ends_cleanly()
    {
        await _harness.RunAsync(AttemptHarness.Task("twice", "true"));

        var second = await _harness.RunAsync(AttemptHarness.Task("twice", "true"));

        Assert.Equal(0, second.ExitCode);
        Assert.Equal(AttemptPhase.Superseded, second.Report.Phase);
    }

    [Fact]
    public async Task Progress_is_reported()
    {
        var result = await _harness.RunAsync(AttemptHarness.Shell("steps", "echo '0.75 three of four' >> \"$EXECUTOR_PROGRESS_FILE\""));

        Assert.Equal(0.75, result.Report.Progress);
    }
}
