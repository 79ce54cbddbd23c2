using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Tests.Lifecycle;

public sealed class AttemptTests : IDisposable
{
    private readonly AttemptHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public async Task A_body_without_outputs_commits()
    {
        var result = await _harness.RunAsync(AttemptHarness.Task("quiet", "true"));

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(AttemptPhase.Committed, result.Report!.Phase);
        Assert.NotNull(result.Commit);
        Assert.Empty(result.Commit.Outputs);
        Assert.True(result.Commit.Usage!.PeakMemoryBytes > 0);
    }

    [Fact]
    public async Task Standard_output_becomes_lines_without_the_last_line_end()
    {
        var result = await _harness.RunAsync(AttemptHarness.Task("print", "printf", "one\\n\\nthree") with
        {
            Outputs = [AttemptHarness.Output("text", DataFormat.Lines)],
        });

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["one", "", "three"], _harness.Lines(result, "text"));
    }

    [Fact]
    public async Task Rows_reach_the_same_partition_in_every_instance_and_come_back_on_standard_input()
    {
        for (var index = 0; index < 3; index++)
        {
            var descriptor = AttemptHarness.Shell("words", "for i in 1 2 3 4 5 6 7 8; do echo word$i; done");
            var written = await _harness.RunAsync(descriptor with
            {
                Attempt = descriptor.Attempt with { Index = index },
                Outputs = [AttemptHarness.Output("text", DataFormat.Lines, kind: PartitioningKind.Hash, count: 4, columns: ["line"])],
            });
            Assert.Equal(0, written.ExitCode);
        }

        _harness.Store.Seal(AttemptHarness.Run, new OutputId("words", "text"), 4);
        var all = new List<string>();
        for (var partition = 0; partition < 4; partition++)
        {
            var descriptor = AttemptHarness.Shell("count", "sort | uniq -c | tr -s ' '");
            var counted = await _harness.RunAsync(descriptor with
            {
                Attempt = descriptor.Attempt with { Index = partition },
                Inputs = [AttemptHarness.Input("words.text", DataFormat.Lines, partition: partition)],
                Outputs = [AttemptHarness.Output("counts", DataFormat.Lines)],
            });
            counted = counted with { Commit = _harness.Store.Commits[RecordKeys.Commit(new InstanceId("count", partition), 0)] };
            all.AddRange(_harness.Lines(counted, "counts")!);
        }

        Assert.Equal(Enumerable.Range(1, 8).Select(i => $" 3 word{i}"), all.Order());
    }

    [Fact]
    public async Task An_arrow_stream_goes_through_a_body_unchanged()
    {
        var schema = new Schema([new Field("id", Int32Type.Default, false)]);
        var batches = Enumerable.Range(0, 3).Select(part => new RecordBatch(
            schema, [new Int32Array.Builder().AppendRange(Enumerable.Range(part * 100_000, 100_000)).Build()], 100_000)).ToArray();
        var file = _harness.ArrowFile("in.arrows", batches);
        var written = await _harness.RunAsync(AttemptHarness.Task("make", "cat", file) with
        {
            Outputs = [AttemptHarness.Output("rows", DataFormat.Arrow)],
        });
        Assert.Equal(0, written.ExitCode);

        _harness.Store.Seal(AttemptHarness.Run, new OutputId("make", "rows"), 1);
        var copied = await _harness.RunAsync(AttemptHarness.Task("copy", "cat") with
        {
            Inputs = [AttemptHarness.Input("make.rows", DataFormat.Arrow)],
            Outputs = [AttemptHarness.Output("rows", DataFormat.Arrow)],
        });

        Assert.Equal(0, copied.ExitCode);
        Assert.Equal(Enumerable.Range(0, 300_000), _harness.Rows(copied, "rows").SelectMany(batch => ((Int32Array)batch.Column(0)).ToList()).Select(v => v!.Value));
        Assert.Equal(300_000, copied.Commit!.Usage!.InputRows);
        Assert.Equal(300_000, copied.Commit.Usage.OutputRows);
    }

    [Fact]
    public async Task The_exit_code_of_the_body_is_passed_through_and_its_log_is_kept()
    {
        var result = await _harness.RunAsync(AttemptHarness.Shell("fail", "echo to-out; echo to-err >&2; exit 7"));

        Assert.Equal(7, result.ExitCode);
        Assert.Equal(AttemptPhase.Failed, result.Report!.Phase);
        Assert.Equal(AttemptFailure.Body, result.Report.Failure);
        Assert.Equal(7, result.Report.ExitCode);
        Assert.Null(result.Commit);
        Assert.Contains("to-err", result.Report.LogTail, StringComparison.Ordinal);
        var kept = System.Text.Encoding.UTF8.GetString(_harness.Store.Records[RecordKeys.Log(result.Writer.Attempt)]);
        Assert.Contains("to-out\n", kept, StringComparison.Ordinal);
        Assert.Contains("to-err\n", kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_commit_ends_cleanly()
    {
        await _harness.RunAsync(AttemptHarness.Task("twice", "true"));

        var second = await _harness.RunAsync(AttemptHarness.Task("twice", "true"));

        Assert.Equal(0, second.ExitCode);
        Assert.Equal(AttemptPhase.Superseded, second.Report!.Phase);
    }
}
