using System.Diagnostics;
using System.Text.Json.Nodes;
using Executor.Arrow.Ipc;
using Executor.Arrow.Tests.Samples;
using Executor.Arrow.Types;
using Executor.TestKit;

namespace Executor.Arrow.Tests.Interop;

/// <summary>Exchanges files with a pyarrow that is installed on this machine.</summary>
public sealed class PyArrowTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("arrow-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_this_pyarrow_writes_is_read()
    {
        await RunAsync("write", _folder.FullName);
        var files = _folder.GetFiles("*.json");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            output.WriteLine(file.Name);
            SystemLibrary.RequireFor(file.Name);
            SampleFile.AssertReads(Path.ChangeExtension(file.FullName, null));
        }
    }

    [Fact]
    public async Task What_we_write_is_read_by_pyarrow()
    {
        const int Streams = 40;
        var expected = new Dictionary<string, JsonNode>();
        for (var seed = 1000; seed < 1000 + Streams; seed++)
        {
            var random = new RandomArrays(seed, portable: true);
            var schema = random.NextSchema(maximumColumns: 12);
            RecordBatch[] batches = [.. Enumerable.Range(0, 3).Select(i => random.NextBatch(schema, i * 13))];
            await WriteStreamAsync($"{seed}.arrows", schema, batches);
            var (offset, length) = random.NextRange(26);
            await WriteFileAsync($"{seed}.arrow", schema, [batches[2], batches[2].Slice(offset, length)]);
            expected[$"{seed}.arrows"] = Canonical.Of(batches);
            expected[$"{seed}.arrow"] = Canonical.Of([batches[2], batches[2].Slice(offset, length)]);
        }

        var found = await ReadAllAsync();
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        foreach (var (name, values) in expected)
        {
            output.WriteLine($"seed {name}");
            Canonical.AssertEqual(values, found[name]);
        }
    }

    [Fact]
    public async Task Every_type_that_we_write_is_read_by_pyarrow()
    {
        IArrowType[] types =
        [
            .. RandomArrays.EveryFlatType(3).Where(type => type is not IntervalType { Unit: < IntervalUnit.MonthDayNanosecond }),
            .. RandomArrays.EveryNestedType(),
        ];
        var schema = new Schema(types.Select((type, i) => new Field($"column{i}", type, nullable: true)));
        var batch = new RandomArrays(7).NextBatch(schema, 50);
        await WriteStreamAsync("types.arrows", schema, [batch, batch.Slice(11, 22), batch.Slice(50, 0)]);
        var found = await ReadAllAsync();
        Canonical.AssertEqual(Canonical.Of([batch, batch.Slice(11, 22), batch.Slice(50, 0)]), found["types.arrows"]);
    }

    private async Task<Dictionary<string, JsonNode>> ReadAllAsync()
    {
        var text = await RunAsync("read", _folder.FullName);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t', 2))
            .ToDictionary(parts => parts[0], parts => JsonNode.Parse(parts[1])!);
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            ExternalPart.Locate(ExternalPart.PyArrow), [Path.Combine(GoldenTests.Folder, "golden.py"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        return text;
    }

    private async Task WriteStreamAsync(string name, Schema schema, IEnumerable<RecordBatch> batches)
    {
        await using var writer = new ArrowStreamWriter(File.Create(Path.Combine(_folder.FullName, name)), schema);
        foreach (var batch in batches)
        {
            await writer.WriteRecordBatchAsync(batch, TestContext.Current.CancellationToken);
        }

        await writer.WriteEndAsync(TestContext.Current.CancellationToken);
    }

    private async Task WriteFileAsync(string name, Schema schema, IEnumerable<RecordBatch> batches)
    {
        await using var writer = new ArrowFileWriter(File.Create(Path.Combine(_folder.FullName, name)), schema);
        foreach (var batch in batches)
        {
            await writer.WriteRecordBatchAsync(batch, TestContext.Current.CancellationToken);
        }

        await writer.WriteEndAsync(TestContext.Current.CancellationToken);
    }
}
