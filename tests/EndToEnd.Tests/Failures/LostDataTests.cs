using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Xunit;

namespace EndToEnd.Tests.Failures;

public sealed class LostDataTests : IAsyncDisposable
{
    private readonly Workspace _workspace = new();

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Committed_data_that_is_lost_or_damaged_is_made_again_while_the_run_goes_on(bool damage)
    {
        var workflow = _workspace.WriteWorkflow(
            $$"""
            defaults:
              env: {FOLDER: "{{_workspace.PathOf()}}"}
            tasks:
              - name: make
                fanOut: {count: 2}
                script: |
                  echo "make $EXECUTOR_INDEX" >> "$FOLDER/bodies"
                  seq 1000
                stdout: numbers
                outputs: [{name: numbers, format: lines, partitionBy: {hash: [line], partitions: 2} }]
              - name: gate
                after: [make]
                script: |
                  : > "$FOLDER/waiting"
                  until [ -e "$FOLDER/go" ]; do sleep 0.1; done
              - name: sum
                after: [gate]
                fanOut: {over: make.numbers}
                inputs: [{from: make.numbers, read: partition}]
                stdin: make.numbers
                script: awk '{ s += $1 } END { print s }'
                stdout: sums
                outputs: [{name: sums, format: lines}]
              - name: total
                inputs: [{from: sum.sums, read: all}]
                stdin: sum.sums
                script: awk '{ s += $1 } END { print "total", s }'
                stdout: line
                outputs: [{name: line, format: lines}]
            results: [total.line]
            """);
        await using var program = _workspace.Start("run", workflow, "--run-id", "lossy");
        await Poll.UntilAsync(() => File.Exists(_workspace.PathOf("waiting")), TimeSpan.FromMinutes(2), program.Describe, TestContext.Current.CancellationToken);

        foreach (var segment in StoreFolder.Segments(Path.Combine(_workspace.State, "store"), "lossy"))
        {
            if (damage)
            {
                Damage(segment);
            }
            else
            {
                File.Delete(segment);
            }
        }

        _workspace.Write("go", "");
        var result = (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);

        Assert.Contains("total 1001000", result.Output, StringComparison.Ordinal);
        var bodies = await File.ReadAllLinesAsync(_workspace.PathOf("bodies"), TestContext.Current.CancellationToken);
        Assert.Equal(["make 0", "make 0", "make 1", "make 1"], bodies.Order(StringComparer.Ordinal));
    }

    private static void Damage(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = File.ReadAllBytes(path);
        for (var i = 0; i < bytes.Length; i += 97)
        {
            bytes[i] ^= 0x20;
        }

        File.WriteAllBytes(path, bytes);
    }
}
