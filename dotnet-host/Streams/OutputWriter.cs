using Executor.Arrow;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Contracts.Descriptors;
using Executor.DotnetHost.Invocation;
using Executor.Sdk;

namespace Executor.DotnetHost.Streams;

/// <summary>Writes one output of a task in its format, to a file or to standard output.</summary>
internal sealed class OutputWriter : IAsyncDisposable
{
    private readonly DataBinding _binding;
    private readonly Stream _stream;
    private readonly MemoryStream _text = new();
    private ArrowStreamWriter? _arrow;

    private OutputWriter(DataBinding binding, Stream stream)
    {
        _binding = binding;
        _stream = stream;
        Output = new TaskOutput(binding.Name, WriteAsync);
    }

    /// <summary>The task's side.</summary>
    public TaskOutput Output { get; }

    public static OutputWriter Open(DataBinding binding, StandardStreams standard)
    {
        try
        {
            return new OutputWriter(
                binding, binding.Path == "-" ? standard.Output : new FileStream(binding.Path, FileMode.Create, FileAccess.Write));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"output '{binding.Name}' cannot be created: {e.Message}", e);
        }
    }

    /// <summary>Ends the output. An Arrow stream without a batch still has its schema.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_binding.Format == DataFormat.Arrow)
        {
            var schema = Output.Schema ?? throw new InvalidOutputException(
                _binding.Name,
                "there was no batch and no schema is declared; return one from "
                + $"{nameof(ITask)}.{nameof(ITask.Schema)} (first output) or call {nameof(TaskOutput)}.{nameof(TaskOutput.Declare)}");
            await StartAsync(schema, cancellationToken);
            await _arrow!.WriteEndAsync(cancellationToken).WaitAsync(cancellationToken);
        }

        await _stream.FlushAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _arrow?.Dispose();
        await _stream.DisposeAsync();
    }

    private async ValueTask WriteAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        // A write to a full pipe cannot be interrupted; the wait for it can.
        if (_binding.Format == DataFormat.Lines)
        {
            _text.SetLength(0);
            LineText.Format(_binding.Name, batch, _text);
            var bytes = _text.GetBuffer().AsMemory(0, (int)_text.Length);
            await _stream.WriteAsync(bytes, cancellationToken).AsTask().WaitAsync(cancellationToken);
            return;
        }

        await StartAsync(batch.Schema, cancellationToken);
        await _arrow!.WriteRecordBatchAsync(batch, cancellationToken).WaitAsync(cancellationToken);
    }

    private async Task StartAsync(Schema schema, CancellationToken cancellationToken)
    {
        if (_arrow is null)
        {
            _arrow = new ArrowStreamWriter(_stream, schema, leaveOpen: true);
            await _arrow.WriteStartAsync(cancellationToken).WaitAsync(cancellationToken);
        }
    }
}
