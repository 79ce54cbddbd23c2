using System.Runtime.CompilerServices;
using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.Sdk;

namespace Executor.TaskBodies;

/// <summary>Numbers from zero: as many as the parameter <c>rows</c> says, in batches of ten.</summary>
public sealed class Count : ITask
{
    public Schema Schema => Numbers.Schema;

    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        var rows = context.Parameters.Get<int>("rows");
        for (var first = 0; first < rows; first += 10)
        {
            yield return Numbers.Batch(Enumerable.Range(first, Math.Min(10, rows - first)).Select(i => (long)i));
        }
    }
}

/// <summary>Passes its first input on and writes a copy of the even numbers of it, and all of the second input, to further outputs.</summary>
public sealed class Split : ITask
{
    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        context.Output.Declare(context.Input.Schema);
        context.Outputs["even"].Declare(context.Input.Schema);
        await foreach (var batch in context.Input.ReadAsync(cancellationToken))
        {
            await context.Outputs["even"].WriteAsync(
                Numbers.Batch(((Int64Array)batch.Column(0)).Values.ToArray().Where(n => n % 2 == 0)), cancellationToken);
            yield return batch;
        }

        await foreach (var batch in context.Inputs["other.table"].ReadAsync(cancellationToken))
        {
            await context.Outputs["copy"].WriteAsync(batch, cancellationToken);
        }
    }
}

/// <summary>Prints to the console in every way there is, then gives one number.</summary>
public sealed class Chatter : ITask
{
    public Schema Schema => Numbers.Schema;

    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Console.WriteLine("printed by the console");
        using (var raw = Console.OpenStandardOutput())
        {
            raw.Write("printed to the raw stream\n"u8);
        }

        using (var child = System.Diagnostics.Process.Start("echo", "printed by a child"))
        {
            await child.WaitForExitAsync(cancellationToken);
        }

        Console.WriteLine($"read: '{Console.In.ReadToEnd()}'");
        yield return Numbers.Batch([7]);
    }
}

/// <summary>Gives one batch and then fails.</summary>
public sealed class Fail : ITask
{
    public Schema Schema => Numbers.Schema;

    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        yield return Numbers.Batch([1]);
        throw new InvalidOperationException("the reactor is too hot", new TimeoutException("no coolant"));
    }
}

/// <summary>Declares a number and gives a text.</summary>
public sealed class Liar : ITask
{
    public Schema Schema => Numbers.Schema;

    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        var schema = new Schema([new Field("n", StringType.Default, nullable: true)]);
        yield return new RecordBatch(schema, [new StringArray.Builder().Append("one").Build()], 1);
    }
}

/// <summary>Declares nothing and gives nothing.</summary>
public sealed class Silent : ITask
{
    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        yield break;
    }
}

/// <summary>Says that it has begun, and waits to be stopped.</summary>
public sealed class Wait : ITask
{
    public Schema Schema => Numbers.Schema;

    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Console.WriteLine("waiting");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        yield break;
    }
}

/// <summary>Tells all that it knows of itself, as text.</summary>
public sealed class WhoAmI : ITask
{
    private static readonly Schema Lines = new([new Field("line", StringType.Default, nullable: false)]);

    public Schema Schema => Lines;

    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        context.ReportProgress(0.25, "a quarter");
        context.ReportProgress(1, "all\nof it");
        string[] facts =
        [
            context.RunId, context.Task, $"{context.Index}", $"{context.Attempt}", context.Item ?? "no item",
            .. context.Parameters.Names.Order().Select(name => $"{name}={context.Parameters[name]}"),
            .. context.Inputs.Select(input => input.Name),
        ];
        var column = new StringArray.Builder().AppendRange(facts).Build();
        yield return new RecordBatch(Lines, [column], column.Length);
    }
}

/// <summary>Says that it has begun, and passes its input on.</summary>
public sealed class Echo : ITask
{
    public IAsyncEnumerable<RecordBatch> RunAsync(TaskContext context, CancellationToken cancellationToken)
    {
        Console.WriteLine("reading");
        return context.Input.ReadAsync(cancellationToken);
    }
}

/// <summary>Upper-cases lines.</summary>
public sealed class Shout : ITask
{
    public async IAsyncEnumerable<RecordBatch> RunAsync(
        TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in context.Input.ReadAsync(cancellationToken))
        {
            var lines = (StringArray)batch.Column("line");
            var loud = new StringArray.Builder();
            for (var i = 0; i < lines.Length; i++)
            {
                loud.Append(lines.GetString(i)!.ToUpperInvariant());
            }

            yield return new RecordBatch(batch.Schema, [loud.Build()], batch.Length);
        }
    }
}

/// <summary>No task, though it is called like one.</summary>
public sealed class NoTask;

/// <summary>A task that cannot be made.</summary>
public sealed class Demanding(int wish) : ITask
{
    public IAsyncEnumerable<RecordBatch> RunAsync(TaskContext context, CancellationToken cancellationToken) =>
        Enumerable.Repeat(Numbers.Batch([wish]), 1).ToAsyncEnumerable();
}

/// <summary>One column of numbers.</summary>
public static class Numbers
{
    public static Schema Schema { get; } = new([new Field("n", Int64Type.Default, nullable: false)]);

    public static RecordBatch Batch(IEnumerable<long> numbers)
    {
        var column = new Int64Array.Builder().AppendRange(numbers).Build();
        return new RecordBatch(Schema, [column], column.Length);
    }
}
