using System.Text.Json.Nodes;
using Executor.Arrow.Ipc;
using Executor.Arrow.Tests.Samples;

namespace Executor.Arrow.Tests.Interop;

/// <summary>Reads what pyarrow has written; Golden/golden.py made the files and can make them again.</summary>
public sealed class GoldenTests
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden");

    public static TheoryData<string> Files => [.. NamesOf("*.arrow*").Where(name => !name.StartsWith("refused", StringComparison.Ordinal))];

    public static TheoryData<string> RefusedFiles => [.. NamesOf("refused_*.arrows")];

    [Theory]
    [MemberData(nameof(Files))]
    public void What_pyarrow_wrote_is_read(string name)
    {
        SystemLibrary.RequireFor(name);
        SampleFile.AssertReads(Path.Combine(Folder, name));
    }

    [Theory]
    [MemberData(nameof(RefusedFiles))]
    public void A_type_that_is_not_supported_is_refused_with_the_names_of_field_and_type(string name)
    {
        using var reader = new ArrowStreamReader(File.OpenRead(Path.Combine(Folder, name)));
        var error = Assert.Throws<InvalidDataException>(() => reader.Schema);
        var type = Path.GetFileNameWithoutExtension(name)["refused_".Length..].Replace('_', ' ').Replace("run end", "run-end");
        Assert.Equal($"field 'odd' is of type {type}, which is not supported", error.Message);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_pyarrow_wrote_comes_back_from_our_own_writer(string name)
    {
        SystemLibrary.RequireFor(name);
        var batches = SampleFile.Read(Path.Combine(Folder, name));
        using var stream = new MemoryStream();
        using var writer = new ArrowStreamWriter(stream, batches[0].Schema, leaveOpen: true);
        batches.ForEach(writer.WriteRecordBatch);
        writer.WriteEnd();
        stream.Position = 0;
        Canonical.AssertEqual(Canonical.Of(batches), Canonical.Of(SampleFile.Read(stream)));
    }

    [Fact]
    public void Metadata_of_the_schema_is_read()
    {
        using var reader = new ArrowStreamReader(File.OpenRead(Path.Combine(Folder, "temporal.arrows")));
        Assert.Equal("pyarrow", reader.Schema.Metadata["origin"]);
        Assert.Equal("timestamp[us, tz=America/New_York]", reader.Schema.GetFieldByName("timestamp_zone")!.DataType.ToString());
        Assert.Equal("time32[ms]", reader.Schema.GetFieldByName("time32_ms")!.DataType.ToString());
    }

    private static IEnumerable<string> NamesOf(string pattern) =>
        Directory.GetFiles(Folder, pattern)
            .Select(path => Path.GetFileName(path))
            .Where(name => !name.EndsWith(".json", StringComparison.Ordinal))
            .Order();
}

/// <summary>A file of batches with the values that a reader has to find beside it.</summary>
internal static class SampleFile
{
    public static void AssertReads(string path)
    {
        var expected = JsonNode.Parse(File.ReadAllText(path + ".json"))!;
        Canonical.AssertEqual(expected, Canonical.Of(Read(path)));
    }

    public static List<RecordBatch> Read(string path)
    {
        using var file = File.OpenRead(path);
        return path.EndsWith(".arrow", StringComparison.Ordinal) ? ReadFile(file) : Read(file);
    }

    public static List<RecordBatch> Read(Stream stream)
    {
        using var reader = new ArrowStreamReader(stream);
        var batches = new List<RecordBatch>();
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            batches.Add(batch);
        }

        return batches;
    }

    private static List<RecordBatch> ReadFile(Stream stream)
    {
        using var reader = new ArrowFileReader(stream);
        return [.. Enumerable.Range(0, reader.RecordBatchCount).Select(reader.ReadRecordBatch)];
    }
}
