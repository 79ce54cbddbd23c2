using System.Text.Json;
using System.Text.Json.Serialization;

namespace Executor.Contracts.Records;

/// <summary>
/// What one instance (or, summed, one whole output) put into one partition. Serialised as the JSON array
/// <c>[partition, blocks, rows, bytes, digest]</c>, digest as a decimal 64-bit unsigned number in a string.
/// </summary>
/// <param name="Partition">The partition's number, from zero.</param>
/// <param name="Blocks">Blocks written.</param>
/// <param name="Rows">Rows in them.</param>
/// <param name="Bytes">Payload bytes in them.</param>
/// <param name="Digest">The sum of <see cref="Integrity.BlockDigest.Of"/> over the blocks, modulo 2^64: independent of order, changed by any missing,
/// doubled or altered block.</param>
[JsonConverter(typeof(PartitionStatisticsConverter))]
public readonly record struct PartitionStatistics(int Partition, long Blocks, long Rows, long Bytes, ulong Digest)
{
    /// <summary>Adds up two statistics of the same partition.</summary>
    public PartitionStatistics Plus(in PartitionStatistics other) =>
        other.Partition == Partition
            ? new(Partition, Blocks + other.Blocks, Rows + other.Rows, Bytes + other.Bytes, unchecked(Digest + other.Digest))
            : throw new ArgumentException($"statistics of partition {other.Partition} cannot be added to partition {Partition}", nameof(other));

    /// <summary>Counts one more block.</summary>
    public PartitionStatistics PlusBlock(int rows, int bytes, ulong digest) =>
        new(Partition, Blocks + 1, Rows + rows, Bytes + bytes, unchecked(Digest + digest));
}

/// <summary>The JSON form of <see cref="PartitionStatistics"/>; public because other assemblies' generated serialisers name it.</summary>
public sealed class PartitionStatisticsConverter : JsonConverter<PartitionStatistics>
{
    /// <inheritdoc/>
    public override PartitionStatistics Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("expected [partition, blocks, rows, bytes, digest]");
        }

        var partition = Next(ref reader).GetInt32();
        var blocks = Next(ref reader).GetInt64();
        var rows = Next(ref reader).GetInt64();
        var bytes = Next(ref reader).GetInt64();
        if (!ulong.TryParse(Next(ref reader).GetString(), System.Globalization.CultureInfo.InvariantCulture, out var digest))
        {
            throw new JsonException("expected the digest as a decimal number in a string");
        }

        return Next(ref reader).TokenType == JsonTokenType.EndArray
            ? new PartitionStatistics(partition, blocks, rows, bytes, digest)
            : throw new JsonException("expected five elements: [partition, blocks, rows, bytes, digest]");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PartitionStatistics value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Partition);
        writer.WriteNumberValue(value.Blocks);
        writer.WriteNumberValue(value.Rows);
        writer.WriteNumberValue(value.Bytes);
        writer.WriteStringValue(value.Digest.ToString(System.Globalization.CultureInfo.InvariantCulture));
        writer.WriteEndArray();
    }

    private static ref Utf8JsonReader Next(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            throw new JsonException("expected five elements: [partition, blocks, rows, bytes, digest]");
        }

        return ref reader;
    }
}
