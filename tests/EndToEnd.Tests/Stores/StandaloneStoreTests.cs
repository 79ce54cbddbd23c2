using System.Text.Json;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Certificates;
using Executor.TestKit.Processes;
using Xunit;

namespace EndToEnd.Tests.Stores;

/// <summary>Runs whose data is in a store of its own, which others can read too.</summary>
public sealed partial class StandaloneStoreTests : IAsyncDisposable
{
    private readonly Workspace _workspace = new();

    public ValueTask DisposeAsync() => _workspace.DisposeAsync();

    private async Task<JsonElement> CostAsync(StandaloneStore store) =>
        JsonDocument.Parse((await _workspace.ExecutorAsync(["store", "cost", "numbers-1", "--output", "json", .. store.Options])).Expect(0).Output).RootElement;

    [Fact]
    public async Task A_run_in_a_standalone_store_is_there_for_every_command()
    {
        await using var store = await StandaloneStore.StartAsync(_workspace);

        var run = (await RunAsync(store, 0)).Output;

        Assert.Contains("4000000", run, StringComparison.Ordinal);
        Assert.Contains("numbers-1", (await _workspace.ExecutorAsync(["ls", .. store.Options])).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("succeeded", (await _workspace.ExecutorAsync(["status", "numbers-1", .. store.Options])).Expect(0).Output, StringComparison.Ordinal);
        (await _workspace.ExecutorAsync(["store", "verify", "numbers-1", .. store.Options])).Expect(0);
        (await _workspace.ExecutorAsync(["delete", "numbers-1", .. store.Options])).Expect(0);
        Assert.DoesNotContain("numbers-1", (await _workspace.ExecutorAsync(["ls", .. store.Options])).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_run_cost_is_told_after_its_store_has_ended()
    {
        await using var store = await StandaloneStore.StartAsync(_workspace);
        await RunAsync(store, 0);
        var before = await CostAsync(store);
        Assert.True(before.GetProperty("puts").GetInt64() > 5 && before.GetProperty("gets").GetInt64() > 5, before.ToString());

        await store.TerminateAsync();
        await store.RestartAsync();

        var after = await CostAsync(store);
        Assert.Equal(before.GetProperty("puts").GetInt64(), after.GetProperty("puts").GetInt64());
        Assert.True(after.GetProperty("gets").GetInt64() >= before.GetProperty("gets").GetInt64(), $"{before}\n{after}");
    }

    [Fact]
    public async Task A_wrong_master_key_is_refused_and_said_to_be_wrong()
    {
        await using var store = await StandaloneStore.StartAsync(_workspace);
        await File.WriteAllBytesAsync(store.KeyFile, new byte[32], TestContext.Current.CancellationToken);

        var result = await RunAsync(store, 3);

        Assert.Contains("key", result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_speaks_TLS_is_used_with_its_authority_named_or_beside_the_key(bool isNamed)
    {
        using var authority = new TestAuthority();
        await using var store = await StandaloneStore.StartAsync(_workspace, authority);
        var file = _workspace.Write(isNamed ? "authority.pem" : "ca.crt", authority.CertificatePem);

        var run = await RunAsync(store, 0, isNamed ? ["--store-ca-file", file] : []);

        Assert.Contains("4000000", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_whose_certificate_is_of_another_authority_is_not_used()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        await using var store = await StandaloneStore.StartAsync(_workspace, authority);
        _workspace.Write("ca.crt", other.CertificatePem);

        var result = await RunAsync(store, 3);

        Assert.Contains("certificate", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_in_the_documentation_reads_a_result_with_pyarrows_Flight()
    {
        var python = ExternalPart.Locate(ExternalPart.PyArrow);
        var document = await File.ReadAllTextAsync(Repository.PathOf("docs", "store.md"), TestContext.Current.CancellationToken);
        var example = PythonBlock().Matches(document).Select(match => match.Groups["code"].Value)
            .Single(code => code.Contains("pyarrow.flight", StringComparison.Ordinal));
        await using var store = await StandaloneStore.StartAsync(_workspace);
        await RunAsync(store, 0);

        var script = _workspace.Write("example.py", example);
        await using var program = _workspace.StartProgram(python, script, store.Url.Replace("http://", "grpc://", StringComparison.Ordinal), store.KeyFile, "numbers-1", "sum.total");
        var read = (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);

        Assert.InRange(example.Split('\n').Count(line => line.Trim().Length > 0), 1, 15);
        Assert.Contains("4000000", read.Output, StringComparison.Ordinal);
    }

    private async Task<ProgramResult> RunAsync(StandaloneStore store, int exitCode, params string[] more) => (await _workspace.ExecutorAsync(
    [
        "run",
        _workspace.WriteWorkflow(
            """
            tasks:
              - name: count
                fanOut: {count: 2}
                script: seq 1 2 3999
                stdout: numbers
                outputs: [{name: numbers, format: lines, partitionBy: {hash: [line], partitions: 2}}]
              - name: add
                fanOut: {over: count.numbers}
                inputs: [{from: count.numbers, read: partition}]
                stdin: count.numbers
                script: awk '{ s += $1 } END { print s }'
                stdout: sums
                outputs: [{name: sums, format: lines}]
              - name: sum
                inputs: [{from: add.sums, read: all}]
                stdin: add.sums
                script: awk '{ s += $1 } END { print s / 2 }'
                stdout: total
                outputs: [{name: total, format: lines}]
            results: [sum.total]
            """,
            "numbers"),
        "--run-id", "numbers-1", .. store.Options, .. more,
    ])).Expect(exitCode);

    [GeneratedRegex(@"```python\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex PythonBlock();
}
