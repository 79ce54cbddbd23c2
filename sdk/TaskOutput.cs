using Executor.Arrow;
using Executor.Arrow.Types;

namespace Executor.Sdk;

/// <summary>
/// One output of a running task. All its batches have one schema: the declared one, or that of the first batch where none was declared.
/// </summary>
/// <remarks>One write at a time: a task that writes from several threads takes turns.</remarks>
public sealed class TaskOutput
{
    private readonly Func<RecordBatch, CancellationToken, ValueTask> _write;

    /// <summary>An output that passes its batches on; a unit test collects them in a list.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="write">Takes each batch, checked against <see cref="Schema"/>, in order.</param>
    public TaskOutput(string name, Func<RecordBatch, CancellationToken, ValueTask> write)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(write);
        Name = name;
        _write = write;
    }

    /// <summary>The name in the workflow file.</summary>
    public string Name { get; }

    /// <summary>The schema; null while it is neither declared nor given by a batch.</summary>
    public Schema? Schema { get; private set; }

    /// <summary>
    /// Fixes the schema before the first batch. Needed where there may be no batch: also an empty output has columns, and what reads it
    /// wants to know them.
    /// </summary>
    /// <exception cref="InvalidOutputException">Another schema is fixed already.</exception>
    public void Declare(Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (Schema is not null && !Schema.EqualsIgnoringMetadata(schema))
        {
            throw new InvalidOutputException(Name, Schema, schema);
        }

        Schema ??= schema;
    }

    /// <summary>Writes a batch. Returns when it is on its way; the caller may then let go of it, but never change its memory.</summary>
    /// <exception cref="InvalidOutputException">The batch's schema differs from <see cref="Schema"/> by more than metadata.</exception>
    public ValueTask WriteAsync(RecordBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Declare(batch.Schema);
        return _write(ReferenceEquals(batch.Schema, Schema) ? batch : batch.WithSchema(Schema!), cancellationToken);
    }
}
