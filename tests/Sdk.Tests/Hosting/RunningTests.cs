using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.TaskBodies;
using Xunit;

namespace Executor.Sdk.Tests.Hosting;

/// <summary>Tasks that succeed, in the real host process.</summary>
public sealed class RunningTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("executor-host-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Executor.TaskBodies.Count")]
    [InlineData("Count")]
    public async Task A_task_is_found_by_its_full_name_or_its_own(string type)
    {
        var run = await HostProcess.RunBodyAsync(
            type, outputs: [HostProcess.Stdout("numbers")], parameters: new() { ["rows"] = "25" });
        Assert.Equal(Enumerable.Range(0, 25).Select(i => (long)i), run.Numbers());
        Assert.Equal(3, HostProcess.ReadArrow(run.Output).Count);
        Assert.Empty(run.Errors);
    }

    [Fact]
    public async Task An_output_without_rows_still_has_its_schema()
    {
        var run = await HostProcess.RunBodyAsync("Count", outputs: [HostProcess.Stdout("numbers")], parameters: new() { ["rows"] = "0" });
        Assert.Empty(run.Numbers());
        using var reader = new Arrow.Ipc.ArrowStreamReader(new MemoryStream(run.Output));
        Assert.Equal("{n: int64 not null}", reader.Schema.ToString());
    }

    [Fact]
    public async Task Several_inputs_and_outputs_are_streams_and_files()
    {
        File.WriteAllBytes(InFolder("other.table.arrows"), HostProcess.ArrowBytes(Numbers.Batch([100]), Numbers.Batch([200, 300])));
        var run = await HostProcess.RunBodyAsync(
            "Split",
            inputs: [HostProcess.Stdin("first.numbers"), new DataBinding("other.table", InFolder("other.table.arrows"), DataFormat.Arrow)],
            outputs:
            [
                HostProcess.Stdout("all"),
                new DataBinding("even", InFolder("even.arrows"), DataFormat.Arrow),
                new DataBinding("copy", InFolder("copy.arrows"), DataFormat.Arrow),
            ],
            stdin: HostProcess.ArrowBytes(Numbers.Batch([1, 2, 3]), Numbers.Batch([4])));
        Assert.Equal([1, 2, 3, 4], run.Numbers());
        Assert.Equal([2, 4], HostProcess.NumbersOf(File.ReadAllBytes(InFolder("even.arrows"))));
        Assert.Equal([100, 200, 300], HostProcess.NumbersOf(File.ReadAllBytes(InFolder("copy.arrows"))));
    }

    [Fact]
    public async Task A_task_knows_who_it_is_and_reports_progress()
    {
        File.WriteAllText(InFolder("in.txt"), "");
        var run = await HostProcess.RunBodyAsync(
            "WhoAmI",
            inputs: [new DataBinding("first.table", InFolder("in.txt"), DataFormat.Lines)],
            outputs: [HostProcess.Stdout("facts", DataFormat.Lines)],
            parameters: new() { ["b"] = "2", ["a"] = "ä" },
            environment: new()
            {
                [EnvironmentNames.RunId] = "run-1",
                [EnvironmentNames.Task] = "who",
                [EnvironmentNames.Index] = "3",
                [EnvironmentNames.Attempt] = "2",
                [EnvironmentNames.Item] = "north",
                [EnvironmentNames.ProgressFile] = InFolder("progress"),
            });
        Assert.Equal("run-1\nwho\n3\n2\nnorth\na=ä\nb=2\nfirst.table\n", run.Text());
        Assert.Equal("1 all of it", File.ReadLines(InFolder("progress")).Last());
    }

    [Fact]
    public async Task What_a_task_prints_goes_to_standard_error_however_it_prints()
    {
        var run = await HostProcess.RunBodyAsync(
            "Chatter", inputs: [HostProcess.Stdin("a.b")], outputs: [HostProcess.Stdout("n")], stdin: HostProcess.ArrowBytes(Numbers.Batch([1])));
        Assert.Equal([7], run.Numbers());
        foreach (var printed in new[] { "printed by the console", "printed to the raw stream", "printed by a child", "read: ''" })
        {
            Assert.Contains(printed, run.Errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("one\ntwo\n", "ONE\nTWO\n")]
    [InlineData("\none\n\nlast", "\nONE\n\nLAST\n")]
    [InlineData("", "")]
    public async Task Lines_come_in_and_go_out(string text, string expected)
    {
        var run = await HostProcess.RunBodyAsync(
            "Shout",
            inputs: [HostProcess.Stdin("a.words", DataFormat.Lines)],
            outputs: [HostProcess.Stdout("loud", DataFormat.Lines)],
            stdin: System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Equal(expected, run.Text());
    }

    [Fact]
    public async Task Many_long_lines_survive()
    {
        var lines = Enumerable.Range(0, 50_000).Select(i => new string('x', i % 97)).Append(new string('y', 300_000)).ToList();
        var text = string.Join("\n", lines) + "\n";
        var run = await HostProcess.RunBodyAsync(
            "Shout",
            inputs: [HostProcess.Stdin("a.words", DataFormat.Lines)],
            outputs: [HostProcess.Stdout("loud", DataFormat.Lines)],
            stdin: System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Equal(text.ToUpperInvariant(), run.Text());
    }

    [Fact]
    public async Task Nothing_at_all_on_an_input_is_an_input_without_columns()
    {
        File.WriteAllBytes(InFolder("none"), []);
        var run = await HostProcess.RunBodyAsync(
            "Split",
            inputs: [HostProcess.Stdin("first.numbers"), new DataBinding("other.table", InFolder("none"), DataFormat.Arrow)],
            outputs: [HostProcess.Stdout("all"), new DataBinding("even", InFolder("even"), DataFormat.Arrow)]);
        Assert.True(run.ExitCode == 0, run.Errors);
        using var reader = new Arrow.Ipc.ArrowStreamReader(new MemoryStream(run.Output));
        Assert.Empty(reader.Schema.FieldsList);
    }

    private string InFolder(string file) => Path.Combine(_folder.FullName, file);
}
