using Executor.Cluster.TaskClasses;
using Xunit;

namespace Executor.Tests.Cluster.TaskClasses;

/// <summary>
/// The recommender's rules as a table. Objects are written as <c>NAME=Kind[/scale][&lt;CONTROLLER]</c>: whether the kind has /scale, and what controls the object.
/// </summary>
public sealed class VpaRulesTests
{
    private const string Selector = "app.kubernetes.io/component=task,executor.dev/class=heavy";

    [Theory]
    [InlineData("a class that owns nothing and is owned by nothing", "heavy=TaskClass/scale", "heavy", Selector, null)]
    [InlineData("owned by what is well known", "heavy=TaskClass/scale<web top=x web=Deployment", "heavy", Selector, "is controlled by something else")]
    [InlineData("owned by what has /scale", "heavy=TaskClass/scale<group group=Group/scale", "heavy", Selector, "is controlled by something else")]
    [InlineData("owned by what is neither", "heavy=TaskClass/scale<config config=ConfigMap", "heavy", Selector, null)]
    [InlineData("owned by what is gone", "heavy=TaskClass/scale<config", "heavy", Selector, null)]
    [InlineData("owned by itself", "heavy=TaskClass/scale<heavy", "heavy", Selector, "is controlled by something else")]
    [InlineData("without /scale", "heavy=TaskClass", "heavy", Selector, "has no /scale")]
    [InlineData("with /scale that selects nothing", "heavy=TaskClass/scale", "heavy", "", "has an empty selector")]
    [InlineData("with /scale without a selector", "heavy=TaskClass/scale", "heavy", null, "has an empty selector")]
    [InlineData("that is not there", "other=TaskClass/scale", "heavy", Selector, "is not there")]
    [InlineData("no target", "heavy=TaskClass/scale", null, Selector, "names no target")]
    [InlineData("a Job selects its own pods alone", "heavy=Job", "heavy", Selector, "selects its own pods and not those of a class")]
    [InlineData("a CronJob, too", "heavy=CronJob", "heavy", Selector, "selects its own pods and not those of a class")]
    [InlineData("a well-known kind needs no /scale", "heavy=Deployment", "heavy", null, null)]
    public void A_VPA_recommends_for_a_target_that_is_the_topmost_and_selects_pods(string what, string objects, string? target, string? selector, string? expected)
    {
        var find = Parse(objects);
        var complaint = VpaRules.Complaint(target is null ? null : KeyOf(objects, target), find, selector);
        if (expected is null)
        {
            Assert.True(complaint is null, $"{what}: {complaint}");
        }
        else
        {
            Assert.Contains(expected, complaint, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("a task's pod: its Job, whose anchor has no /scale", "job", "job=Job<anchor anchor=ConfigMap heavy=TaskClass/scale", "job")]
    [InlineData("a Job that the class owned would lead to it", "job", "job=Job<heavy heavy=TaskClass/scale", "heavy")]
    [InlineData("across two well-known kinds", "set", "set=ReplicaSet<web web=Deployment", "web")]
    [InlineData("across a custom owner with /scale", "job", "job=Job<run run=Run/scale<heavy heavy=TaskClass/scale", "heavy")]
    [InlineData("a custom owner without /scale ends the chain", "job", "job=Job<run run=Run<heavy heavy=TaskClass/scale", "job")]
    [InlineData("nothing that counts", "run", "run=Run", null)]
    [InlineData("a circle", "a", "a=A/scale<b b=B/scale<a", null)]
    [InlineData("a well-known controller that is gone", "job", "other=Job", null)]
    public void The_topmost_controller_is_found_up_to_where_the_recommender_sees_no_further(string what, string start, string objects, string? expected)
    {
        var topmost = VpaRules.Topmost(KeyOf(objects, start, "Job"), Parse(objects));
        Assert.True(topmost?.Name == expected, $"{what}: {topmost}");
    }

    [Theory]
    [InlineData("job=Job<anchor anchor=ConfigMap heavy=TaskClass/scale", false)]
    [InlineData("job=Job<heavy heavy=TaskClass/scale", true)]
    [InlineData("job=Job<run run=Run<heavy heavy=TaskClass/scale", false)]
    public void A_mode_that_changes_pods_reaches_those_alone_whose_controllers_lead_to_the_target(string objects, bool expected) =>
        Assert.Equal(expected, VpaRules.Changes(KeyOf(objects, "heavy"), KeyOf(objects, "job"), Parse(objects)));

    [Fact]
    public void A_pod_without_a_controller_is_changed_by_none() =>
        Assert.False(VpaRules.Changes(KeyOf("heavy=TaskClass/scale", "heavy"), null, Parse("heavy=TaskClass/scale")));

    private static ControllerKey KeyOf(string objects, string name, string kind = "TaskClass")
    {
        var found = objects.Split(' ').Select(item => item.Split('=')).FirstOrDefault(item => item[0] == name);
        return new ControllerKey("v1", found?[1].Split('/', '<')[0] ?? kind, name);
    }

    private static Func<ControllerKey, ControllerFacts?> Parse(string objects)
    {
        var facts = objects.Split(' ').ToDictionary(item => KeyOf(objects, item.Split('=')[0]), item =>
        {
            var parts = item.Split('<');
            return new ControllerFacts(parts[0].EndsWith("/scale", StringComparison.Ordinal), parts.Length > 1 ? KeyOf(objects, parts[1], "ConfigMap") : null);
        });
        return key => facts.GetValueOrDefault(key);
    }
}
