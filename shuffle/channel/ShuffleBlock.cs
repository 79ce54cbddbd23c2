using System.Buffers;

namespace Executor.Shuffle.Channel;

/// <summary>One batch of one partition from one writer.</summary>
/// <param name="Header">What is known of it.</param>
/// <param name="Payload">
/// The encapsulated Arrow IPC messages, verbatim: any dictionary batches that the record batch needs, then the record batch. Self-contained
/// but for the schema, so that blocks of several writers may be read in any order.
/// </param>
public readonly record struct ShuffleBlock(BlockHeader Header, ReadOnlySequence<byte> Payload);

/// <summary>What travels with every block, on the wire and in segments.</summary>
/// <param name="Index">The producing instance.</param>
/// <param name="Partition">The partition, from zero.</param>
/// <param name="Sequence">The block's place among all blocks of its writer's output, from zero, over all partitions.</param>
/// <param name="Rows">Rows in the record batch.</param>
/// <param name="Length">The payload's bytes.</param>
/// <param name="Crc32C">CRC32C of the payload.</param>
public readonly record struct BlockHeader(int Index, int Partition, int Sequence, int Rows, int Length, uint Crc32C);
