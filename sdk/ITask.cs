using Executor.Arrow;
using Executor.Arrow.Types;

namespace Executor.Sdk;

/// <summary>
/// A task written in .NET. A class that implements it, is not abstract and has a constructor without parameters can be named in a
/// workflow's <c>dotnet</c> field. Every attempt of every instance makes one object of it in a process of its own, calls
/// <see cref="RunAsync"/> once, and disposes of the object where it is <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/>.
/// </summary>
/// <remarks>
/// An attempt may be repeated after a failure, and then again sees the same inputs, parameters and index. What counts are the outputs of
/// the one attempt that succeeds, so a task should have no other effects, or such as may happen twice.
/// </remarks>
/// <example>
/// <code>
/// public sealed class Squares : ITask
/// {
///     public Schema Schema { get; } = new([new Field("square", Int64Type.Default, nullable: false)]);
///
///     public async IAsyncEnumerable&lt;RecordBatch&gt; RunAsync(
///         TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
///     {
///         var squares = new Int64Array.Builder().Append(context.Index * context.Index).Build();
///         yield return new RecordBatch(Schema, [squares], squares.Length);
///     }
/// }
/// </code>
/// </example>
public interface ITask
{
    /// <summary>
    /// The schema of the task's first output, read once before <see cref="RunAsync"/> is called. Null, the default, leaves it to
    /// <see cref="TaskOutput.Declare"/> or to the first batch; declare it where an instance may have no batch to give.
    /// </summary>
    Schema? Schema => null;

    /// <summary>
    /// Does the work. The batches that it yields become the task's first output, in order; the next one is asked for only when the last
    /// one is on its way, so that memory stays bounded. Further outputs are written through <see cref="TaskContext.Outputs"/>. The attempt
    /// succeeds when the sequence ends, and fails with any exception that leaves it.
    /// </summary>
    /// <param name="context">Who this instance is, its parameters, inputs and outputs.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the attempt is to stop (the run was cancelled, time ran out); the process is killed some seconds later. An
    /// <see cref="OperationCanceledException"/> is the right answer.
    /// </param>
    IAsyncEnumerable<RecordBatch> RunAsync(TaskContext context, CancellationToken cancellationToken);
}
