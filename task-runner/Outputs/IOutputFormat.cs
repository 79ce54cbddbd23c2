using Executor.Arrow.Types;

namespace Executor.TaskRunner.Outputs;

/// <summary>Reads what a body has written, in the form that it was declared in. For one output and one caller at a time.</summary>
internal interface IOutputFormat
{
    /// <summary>The schema, read from the stream where it holds one.</summary>
    /// <exception cref="Reporting.AttemptFailedException">The stream is not what was declared.</exception>
    ValueTask<Schema> ReadSchemaAsync(CancellationToken cancellationToken);

    /// <summary>Moves all rows into a sink, to the stream's end.</summary>
    /// <exception cref="Reporting.AttemptFailedException">The stream is not what was declared.</exception>
    ValueTask ReadRowsAsync(IRowSink sink, CancellationToken cancellationToken);
}
