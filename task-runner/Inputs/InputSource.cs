using Executor.Contracts.Descriptors;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;
using Executor.TaskRunner.Measuring;

namespace Executor.TaskRunner.Inputs;

/// <summary>One input whose seal is known: reads its part of the shuffle and writes it in the form that the body wants.</summary>
internal sealed class InputSource
{
    private readonly InputDescriptor _input;
    private readonly SealRecord _seal;
    private readonly ReadSelection _selection;
    private readonly IShuffleChannel _channel;
    private readonly AttemptMeter _meter;

    /// <param name="run">The run's id.</param>
    /// <param name="input">Which part of which output.</param>
    /// <param name="seal">The output's seal.</param>
    /// <param name="channel">The store.</param>
    /// <param name="meter">Counts what is read.</param>
    public InputSource(string run, InputDescriptor input, SealRecord seal, IShuffleChannel channel, AttemptMeter meter)
    {
        _input = input;
        _seal = seal;
        _channel = channel;
        _meter = meter;
        _selection = new ReadSelection(new SealId(run, input.From, input.SealGeneration), input.Partition, input.SourceIndex, input.Sources);
    }

    /// <summary>
    /// Writes everything to a stream, block by block: memory does not grow with the data. Blocks that the store cannot deliver whole end it with
    /// the store's error; what was written then is not all.
    /// </summary>
    public async Task WriteToAsync(Stream target, CancellationToken cancellationToken)
    {
        IInputFormat format = _input.Format == DataFormat.Arrow ? new ArrowInput(_seal.Schema) : new LinesInput(_input.From, _seal.Schema);
        await format.BeginAsync(target, cancellationToken);
        await foreach (var block in _channel.ReadAsync(_selection, cancellationToken))
        {
            _meter.CountInput(block.Header.Length, block.Header.Rows);
            await format.WriteAsync(block.Payload, target, cancellationToken);
        }

        await format.EndAsync(target, cancellationToken);
    }
}
