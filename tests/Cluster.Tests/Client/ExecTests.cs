using System.Text;
using Executor.Kubernetes.Client;

namespace Cluster.Tests.Client;

public sealed class ExecTests : ClusterFixture
{
    [Fact]
    public async Task A_commands_output_and_exit_code_come_back()
    {
        await Namespace.StartPodAsync(Shell("shell", "exec sleep 600"), Cancellation);
        var (code, stdout, stderr) = await ExecAsync("/bin/sh", "-c", "printf 'out & in'; printf err >&2; exit 42");

        Assert.Equal((42, "out & in", "err"), (code, stdout, stderr));
        Assert.Equal((0, "", ""), await ExecAsync("/bin/true"));
        Assert.Equal(143, (await ExecAsync("/bin/sh", "-c", "kill -TERM $$")).Code);
    }

    [Fact]
    public async Task Large_output_comes_in_full()
    {
        await Namespace.StartPodAsync(Shell("shell", "exec sleep 600"), Cancellation);
        using var stdout = new MemoryStream();
        var options = new PodExecOptions { Container = "main", Stdout = stdout };

        Assert.Equal(0, await Client.Pods(Namespace.Name).ExecAsync("shell", ["/bin/head", "-c", "4000000", "/dev/zero"], options, Cancellation));
        Assert.Equal(4_000_000, stdout.Length);
    }

    [Fact]
    public async Task A_command_reads_its_standard_input()
    {
        await Namespace.StartPodAsync(Shell("shell", "exec sleep 600"), Cancellation);
        using var stdin = new MemoryStream("first line\nsecond line\n"u8.ToArray());
        using var stdout = new MemoryStream();
        var options = new PodExecOptions { Stdin = stdin, Stdout = stdout };

        Assert.Equal(0, await Client.Pods(Namespace.Name).ExecAsync("shell", ["/bin/head", "-n", "1"], options, Cancellation));
        Assert.Equal("first line\n", Encoding.UTF8.GetString(stdout.ToArray()));
    }

    [Fact]
    public async Task A_command_that_says_nothing_for_long_is_waited_for_while_pings_are_answered()
    {
        await Namespace.StartPodAsync(Shell("shell", "exec sleep 600"), Cancellation);
        var options = new KubernetesClientOptions { KeepAlivePingDelay = TimeSpan.FromSeconds(1), KeepAlivePingTimeout = TimeSpan.FromSeconds(6) };
        using var client = new KubernetesClient(Cluster.NewConfiguration(), options);

        // Longer than a server that answers no ping would be put up with.
        Assert.Equal(7, await client.Pods(Namespace.Name).ExecAsync("shell", ["/bin/sh", "-c", "sleep 10; exit 7"], cancellationToken: Cancellation));
    }

    [Fact]
    public async Task What_cannot_run_is_a_failure_and_no_exit_code()
    {
        await Namespace.StartPodAsync(Shell("shell", "exec sleep 600"), Cancellation);

        var unknown = await Assert.ThrowsAsync<KubernetesException>(() => ExecAsync("/bin/no-such-program"));
        Assert.NotNull(unknown.Status);
        var missing = await Assert.ThrowsAsync<KubernetesException>(
            () => Client.Pods(Namespace.Name).ExecAsync("missing", ["/bin/true"], cancellationToken: Cancellation));
        Assert.True(missing.IsNotFound);
    }

    private async Task<(int Code, string Stdout, string Stderr)> ExecAsync(params string[] command)
    {
        using var stdout = new MemoryStream();
        using var stderr = new MemoryStream();
        var code = await Client.Pods(Namespace.Name).ExecAsync(
            "shell", command, new PodExecOptions { Stdout = stdout, Stderr = stderr }, Cancellation);
        return (code, Encoding.UTF8.GetString(stdout.ToArray()), Encoding.UTF8.GetString(stderr.ToArray()));
    }
}
