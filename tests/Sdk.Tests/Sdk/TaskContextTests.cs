using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.TaskBodies;
using Xunit;

namespace Executor.Sdk.Tests.Sdk;

public sealed class TaskContextTests
{
    private static readonly Schema Other = new([new Field("n", Int32Type.Default, nullable: false)]);

    [Fact]
    public async Task A_task_can_be_tested_without_a_host()
    {
        var even = new List<RecordBatch>();
        var context = new TaskContext(
            [Input("a.numbers", Numbers.Batch([1, 2])), Input("other.table")],
            [Output("all", []), Output("even", even), Output("copy", [])]);
        var all = await new Split().RunAsync(context, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], ((Int64Array)Assert.Single(all).Column(0)).Values);
        Assert.Equal([2], ((Int64Array)Assert.Single(even).Column(0)).Values);
    }

    [Fact]
    public void An_unknown_name_is_told_with_the_known_ones()
    {
        var context = new TaskContext([Input("a.b"), Input("c.d")]);
        Assert.Same(context.Inputs[1], context.Inputs["c.d"]);
        Assert.Equal(
            "there is no input 'a.x'; the task has 'a.b', 'c.d'", Assert.Throws<KeyNotFoundException>(() => context.Inputs["a.x"]).Message);
        Assert.Equal(
            "there is no output 'x': the task has no outputs", Assert.Throws<KeyNotFoundException>(() => context.Outputs["x"]).Message);
        Assert.Throws<InvalidOperationException>(() => context.Output);
    }

    [Fact]
    public async Task An_input_is_read_once()
    {
        var input = Input("a.b", Numbers.Batch([1]));
        Assert.Single(await input.ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Throws<InvalidOperationException>(() => input.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_first_batch_gives_the_schema_and_another_one_is_refused()
    {
        var written = new List<RecordBatch>();
        var output = Output("n", written);
        await output.WriteAsync(Numbers.Batch([1]), TestContext.Current.CancellationToken);
        var wrong = new RecordBatch(Other, [new Int32Array.Builder().Append(1).Build()], 1);
        var error = await Assert.ThrowsAsync<InvalidOutputException>(
            async () => await output.WriteAsync(wrong, TestContext.Current.CancellationToken));
        Assert.Equal("output 'n' has the schema\n  {n: int64 not null}\nbut was given\n  {n: int32 not null}", error.Message);
        Assert.Throws<InvalidOutputException>(() => output.Declare(Other));
        Assert.Single(written);
    }

    [Fact]
    public async Task Metadata_may_differ_and_the_declared_one_counts()
    {
        var written = new List<RecordBatch>();
        var output = Output("n", written);
        var declared = new Schema(Numbers.Schema.FieldsList, [new("origin", "declared")]);
        output.Declare(declared);
        await output.WriteAsync(Numbers.Batch([1]), TestContext.Current.CancellationToken);
        Assert.Same(declared, Assert.Single(written).Schema);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Progress_is_a_fraction(double fraction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TaskContext().ReportProgress(fraction));

    private static TaskInput Input(string name, params RecordBatch[] batches) => new(name, Numbers.Schema, batches.ToAsyncEnumerable());

    private static TaskOutput Output(string name, List<RecordBatch> batches) => new(name, (batch, _) =>
    {
        batches.Add(batch);
        return ValueTask.CompletedTask;
    });
}
