using System.Runtime.CompilerServices;
using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Contracts.Descriptors;
using Executor.DotnetHost.Invocation;
using Executor.Sdk;

namespace Executor.DotnetHost.Streams;

/// <summary>Opens the inputs of a task.</summary>
internal static class InputOpener
{
    private const int BufferBytes = 128 * 1024;
    private static readonly Schema NoColumns = new([]);

    /// <summary>Opens one input and, for Arrow, reads its schema.</summary>
    public static async Task<TaskInput> OpenAsync(DataBinding binding, StandardStreams standard, CancellationToken cancellationToken)
    {
        var stream = binding.Path == "-" ? standard.Input : OpenFile(binding);
        if (binding.Format == DataFormat.Lines)
        {
            return new TaskInput(binding.Name, LineText.Schema, LineText.ReadAsync(stream, binding.Name, cancellationToken));
        }

        var reader = new ArrowStreamReader(stream);
        return await ReadSchemaAsync(binding, reader, cancellationToken) is { } schema
            ? new TaskInput(binding.Name, schema, ReadAsync(binding, reader, cancellationToken))
            : new TaskInput(binding.Name, NoColumns, AsyncEnumerable.Empty<RecordBatch>());
    }

    /// <summary>The schema; null where there is not a byte, as after a task that had no instances.</summary>
    private static async Task<Schema?> ReadSchemaAsync(DataBinding binding, ArrowStreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.GetSchemaAsync(cancellationToken).AsTask().WaitAsync(cancellationToken);
        }
        catch (InvalidDataException) when (reader.End == StreamEnd.EndOfInput)
        {
            return null;
        }
        catch (InvalidDataException e)
        {
            throw Damaged(binding, e.Message, e);
        }
    }

    private static FileStream OpenFile(DataBinding binding)
    {
        try
        {
            return new FileStream(binding.Path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"input '{binding.Name}' cannot be opened: {e.Message}", e);
        }
    }

    private static async IAsyncEnumerable<RecordBatch> ReadAsync(
        DataBinding binding, ArrowStreamReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await ReadNextAsync(binding, reader, cancellationToken) is { } batch)
        {
            yield return batch;
        }

        // A stream that just stops may have been cut off, and a part of the data must not pass for all of it.
        if (reader.End != StreamEnd.Marker)
        {
            throw Damaged(binding, "it stops without an end-of-stream marker");
        }
    }

    private static async Task<RecordBatch?> ReadNextAsync(
        DataBinding binding, ArrowStreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            // A read of a pipe cannot be interrupted; the wait for it can.
            return await reader.ReadNextRecordBatchAsync(cancellationToken).AsTask().WaitAsync(cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(binding, e.Message, e);
        }
    }

    private static InvalidDataException Damaged(DataBinding binding, string what, Exception? inner = null) =>
        new($"input '{binding.Name}' is not a whole Arrow stream: {what}", inner);
}
