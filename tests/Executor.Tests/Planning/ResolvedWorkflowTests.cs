using System.Text.Json;
using Executor.Planning;
using Xunit;

namespace Executor.Tests.Planning;

public sealed class ResolvedWorkflowTests
{
    [Fact]
    public void The_record_of_a_run_gives_back_the_same_workflow()
    {
        var resolved = TestPlans.Resolve(TestPlans.Sales.Replace("fanOut: {over", "nodeSelector: {disk: ssd}\n      fanOut: {over"));

        var record = resolved.Serialize();
        var read = ResolvedWorkflow.Deserialize(record);

        Assert.Equal(record, read.Serialize());
        Assert.Equal(resolved.Source, read.Source);
        Assert.Equal(resolved.File, read.File);
        Assert.Equal("data", read.Labels["team"]);
        Assert.Equal("a b", read.Annotations["note"]);
        Assert.Equal("ssd", read.Plan.Tasks[1].PodFields["nodeSelector"].GetProperty("disk").GetString());
        Assert.Equal(
            Definitions(resolved.Plan),
            Definitions(read.Plan));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"file\":\"q.yaml\",\"source\":\"\"}")]
    public void Bytes_that_are_no_record_are_refused(string record) =>
        Assert.Throws<JsonException>(() => ResolvedWorkflow.Deserialize(System.Text.Encoding.UTF8.GetBytes(record)));

    private static List<string> Definitions(RunPlan plan)
    {
        var factory = new DescriptorFactory(plan, "r1", []);
        return [.. plan.Tasks.Select((t, i) => factory.Create(i, 0, 0, 1, new int[t.Inputs.Count]).Definition)];
    }
}
