using System.Runtime.CompilerServices;
using Executor.Arrow;
using Executor.Arrow.Types;

namespace Executor.Sdk;

/// <summary>One input of a running task: a stream of batches of one schema.</summary>
public sealed class TaskInput
{
    private readonly IAsyncEnumerable<RecordBatch> _batches;
    private int _taken;

    /// <summary>An input over these batches; a unit test gives a list's <c>ToAsyncEnumerable()</c>.</summary>
    /// <param name="name">Its name, <c>task.output</c>.</param>
    /// <param name="schema">The schema of all batches.</param>
    /// <param name="batches">The batches; they are enumerated at most once.</param>
    public TaskInput(string name, Schema schema, IAsyncEnumerable<RecordBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(batches);
        Name = name;
        Schema = schema;
        _batches = batches;
    }

    /// <summary>The output that is read, as <c>task.output</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// The schema, known before the first batch. It has no fields where the producing task had no instances at all, as there was nobody
    /// to name any; there are no batches then.
    /// </summary>
    public Schema Schema { get; }

    /// <summary>
    /// The batches, as they arrive. Those of one producing instance keep their order; whose batch comes first is not defined.
    /// </summary>
    /// <exception cref="InvalidOperationException">The input was read before: what has been read is not kept.</exception>
    public IAsyncEnumerable<RecordBatch> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0)
        {
            throw new InvalidOperationException($"input '{Name}' was read before; a stream can be read once");
        }

        return Enumerate(cancellationToken);
    }

    private async IAsyncEnumerable<RecordBatch> Enumerate(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in _batches.WithCancellation(cancellationToken))
        {
            yield return batch;
        }
    }
}
