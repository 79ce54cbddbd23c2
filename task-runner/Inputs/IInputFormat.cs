using System.Buffers;

namespace Executor.TaskRunner.Inputs;

/// <summary>Turns blocks into the bytes that a body reads. For one input and one caller at a time.</summary>
internal interface IInputFormat
{
    /// <summary>Writes what precedes the first block.</summary>
    ValueTask BeginAsync(Stream target, CancellationToken cancellationToken);

    /// <summary>Writes one block.</summary>
    ValueTask WriteAsync(ReadOnlySequence<byte> payload, Stream target, CancellationToken cancellationToken);

    /// <summary>Writes what follows the last block.</summary>
    ValueTask EndAsync(Stream target, CancellationToken cancellationToken);
}
