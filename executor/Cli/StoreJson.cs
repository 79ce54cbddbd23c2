using System.Text.Json;
using Executor.Shuffle.Channel;

namespace Executor.Cli;

/// <summary>What several of the store's commands write for programs.</summary>
internal static class StoreJson
{
    /// <summary>Writes <c>segments</c>, <c>segmentBytes</c>, <c>records</c> and <c>recordBytes</c>.</summary>
    public static void WriteStored(Utf8JsonWriter json, RunStatistics stored)
    {
        json.WriteNumber("segments", stored.Segments);
        json.WriteNumber("segmentBytes", stored.SegmentBytes);
        json.WriteNumber("records", stored.Records);
        json.WriteNumber("recordBytes", stored.RecordBytes);
    }
}
