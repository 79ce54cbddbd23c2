using Cluster.Tests.Harness;

namespace Cluster.Tests.Runs;

/// <summary>Logs are followed live and are kept after the pods are gone.</summary>
public sealed class LogTests(SharedInstallation shared)
{
    [Fact]
    public async Task Logs_are_followed_with_the_instances_name_before_each_line_and_kept_after_the_pods_are_gone()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("spoken", """
            tasks:
              - name: speak
                image: executor/busybox:dev
                fanOut: {count: 2}
                script: |
                  echo "begun $EXECUTOR_INDEX" >&2
                  until [ -e /tmp/go ]; do sleep 0.1; done
                  echo "over $EXECUTOR_INDEX" >&2
            """);
        await using var run = installation.Start("run", workflow, "--run-id", "spoken");
        var first = await installation.WhenRunningAsync("spoken", "speak", 0);
        var second = await installation.WhenRunningAsync("spoken", "speak", 1);
        await using var logs = installation.Start("logs", "spoken", "--follow");
        await logs.WaitForTextAsync("speak[0] attempt 1 | begun 0", error: false, TestContext.Current.CancellationToken);
        await logs.WaitForTextAsync("speak[1] attempt 1 | begun 1", error: false, TestContext.Current.CancellationToken);
        foreach (var pod in (string[])[first.Metadata.Name!, second.Metadata.Name!])
        {
            await installation.LetGoAsync(pod, TestContext.Current.CancellationToken);
        }

        (await run.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);
        var followed = (await logs.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);
        Assert.Contains("speak[0] attempt 1 | over 0", followed.Output, StringComparison.Ordinal);
        Assert.Contains("speak[1] attempt 1 | over 1", followed.Output, StringComparison.Ordinal);

        await installation.WhenReleasedAsync("spoken");
        var kept = (await installation.ExecutorAsync("logs", "spoken", "speak[1]")).Expect(0);
        Assert.Equal(["speak[1] attempt 1 | begun 1", "speak[1] attempt 1 | over 1"], kept.OutputLines);
    }
}
