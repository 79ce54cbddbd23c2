using System.Diagnostics;
using Executor.Contracts.Identity;
using Executor.Shuffle.Channel;
using Executor.Shuffle.Engine.Hosting;
using Executor.Shuffle.Engine.Objects.InMemory;
using Executor.TestKit;
using Executor.TestKit.Certificates;
using Shuffle.Tests.Security;

namespace Shuffle.Tests.Channels;

public sealed class PyArrowTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pyarrow_puts_commits_seals_and_gets_with_nothing_of_ours(bool tls)
    {
        var python = ExternalPart.Locate(ExternalPart.PyArrow);
        using var authority = new TestAuthority();
        using var folder = new TlsFolder();
        using var files = new TemporaryDirectory("pyarrow-");
        folder.Replace(authority);
        await using var host = await ShuffleStoreHost.StartAsync(
            new ShuffleStoreOptions { ObjectStore = new MemoryObjectStore(), Tls = tls ? folder.Files : null }, Token);
        var script = Path.Combine(AppContext.BaseDirectory, "Scripts", "put_and_get.py");
        using var process = Process.Start(new ProcessStartInfo(
            python,
            [
                script, $"{(tls ? "grpc+tls" : "grpc")}://127.0.0.1:{host.Address.Port}", host.OperatorKey, "py-run",
                .. tls ? new[] { files.Write("ca.crt", authority.CertificatePem) } : [],
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(Token);
        var error = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, error);
        Assert.Equal("rows 1500", (await output).Trim());

        var rows = 0;
        await foreach (var block in host.Channel.ReadAsync(new ReadSelection(new SealId("py-run", new OutputId("sales", "lines"), 0)), Token))
        {
            rows += block.Header.Rows;
        }

        Assert.Equal(1500, rows);
    }
}
