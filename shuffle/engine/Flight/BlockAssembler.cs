using System.Buffers;
using Executor.Arrow.Ipc;
using Executor.Flight;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Shuffle.Engine.Flight;

/// <summary>
/// Puts blocks together from the messages of a put: dictionaries, then the record batch. A client that knows nothing of blocks sends no
/// metadata; its batches get partition 0, sequence numbers of their own, and, since it sends each dictionary once, copies of all dictionaries
/// that it has sent so far.
/// </summary>
internal sealed class BlockAssembler(int index)
{
    private readonly ArrayBufferWriter<byte> _dictionaries = new();
    private int _nextPlain;
    private bool _isPlain;

    /// <summary>Adds a message.</summary>
    /// <returns>True once a block is whole. Its payload refers to the message and is valid as long as that.</returns>
    /// <exception cref="ShuffleException"><see cref="ShuffleError.Invalid"/>: the message cannot be part of a block.</exception>
    internal bool TryAdd(FlightData message, out BlockHeader header, out ReadOnlySequence<byte> payload, out bool hasChecksum)
    {
        header = default;
        payload = default;
        hasChecksum = false;
        var info = BlockMessages.Peek(message.DataHeader);
        var encapsulated = BlockMessages.Encapsulate(message.DataHeader, message.DataBody);
        switch (info.Kind)
        {
            case MessageKind.DictionaryBatch:
                Keep(encapsulated);
                return false;
            case MessageKind.RecordBatch:
                payload = _dictionaries.WrittenCount == 0
                    ? encapsulated
                    : BodySequence.Join([_dictionaries.WrittenMemory.ToArray(), .. BlockMessages.Pieces(encapsulated)]);
                if (_isPlain || (message.AppMetadata.IsEmpty && _nextPlain == 0))
                {
                    _isPlain = true;
                    header = new BlockHeader(index, 0, _nextPlain++, (int)info.RowCount, checked((int)payload.Length), 0);
                    return true;
                }

                header = BlockMetadata.ReadPut(message.AppMetadata);
                hasChecksum = true;
                _nextPlain = -1;
                _dictionaries.ResetWrittenCount();
                return true;
            default:
                throw new ShuffleException(ShuffleError.Invalid, "a second schema was sent");
        }
    }

    private void Keep(in ReadOnlySequence<byte> dictionary)
    {
        if (_dictionaries.WrittenCount + dictionary.Length > ShuffleLimits.MaxBlockBytes)
        {
            throw new ShuffleException(ShuffleError.Invalid, $"the dictionaries take more than the {ShuffleLimits.MaxBlockBytes} bytes of a block");
        }

        foreach (var piece in dictionary)
        {
            _dictionaries.Write(piece.Span);
        }
    }
}
