using Cluster.Tests.Harness;

namespace Cluster.Tests.Runs;

/// <summary>What <c>executor doctor</c> finds where everything is as the chart has it.</summary>
public sealed class DoctorTests(SharedInstallation shared)
{
    [Fact]
    public async Task A_namespace_with_the_chart_in_it_is_fit_for_the_chart_s_user()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);

        var result = (await installation.ExecutorAsync("doctor")).Expect(0);

        Assert.DoesNotContain("PROBLEM", result.Output, StringComparison.Ordinal);
        Assert.Contains("good     clock: within ", result.Output, StringComparison.Ordinal);
        Assert.Contains("good     rights to submit and read runs: all there", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"good     store: https://\S+ answers through the API server in \d+ ms and takes the key", result.Output);
        Assert.Matches("(good|note)     store's data: (in the (bucket|volume claim) |ephemeral: )", result.Output);
        Assert.Contains("good     versions: the store runs executor/shuffle-store:dev", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_has_no_rights_is_told_which_and_what_gives_them()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        await using var program = installation.StartAs(await installation.KubeconfigOfAsync("default"), "doctor");

        var result = (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(3);

        Assert.Contains("PROBLEM  rights to submit and read runs: missing: get services (find the store); ", result.Output, StringComparison.Ordinal);
        Assert.Contains("bind the chart's role for users (rbac.users)", result.Output, StringComparison.Ordinal);
        Assert.Contains("note     store: not looked at: ", result.Output, StringComparison.Ordinal);
    }
}
