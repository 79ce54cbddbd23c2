using System.Buffers;
using Executor.Shuffle.Channel;

namespace Executor.Shuffle.Engine.Segments;

/// <summary>A block on its way into a segment.</summary>
/// <param name="Source">Who wrote it, and into which output.</param>
/// <param name="Header">What is known of it.</param>
/// <param name="Payload">Its bytes.</param>
public readonly record struct SegmentBlock(BlockSource Source, BlockHeader Header, ReadOnlySequence<byte> Payload);
