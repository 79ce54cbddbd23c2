using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Planning;
using Xunit;

namespace Executor.Tests.Planning;

public sealed class DescriptorFactoryTests
{
    private static readonly Uri[] Stores = [new("http://127.0.0.1:4000")];

    [Fact]
    public void A_producer_gets_its_values_put_in()
    {
        var descriptor = Factory(TestPlans.Sales).Create(task: 0, index: 7, generation: 2, attempt: 3, []);

        Assert.Equal(new AttemptId("r1", "extract", 7, 2, 3), descriptor.Attempt);
        Assert.Equal(Stores, descriptor.Stores);
        Assert.Equal(["python3", "extract.py", "--day", "7", "--run", "r1"], descriptor.Command!);
        Assert.Equal([("MODE", "day 7"), ("REGION", "north")], descriptor.Environment.Select(v => (v.Key, v.Value)));
        Assert.Equal([("days", "30"), ("region", "north")], descriptor.Parameters.Select(v => (v.Key, v.Value)));
        Assert.Equal(TimeSpan.FromMinutes(90), descriptor.Timeout);
        Assert.Equal(new ResourceLimits(500, 256 << 20), descriptor.Resources);
        Assert.Empty(descriptor.Inputs);
        var output = Assert.Single(descriptor.Outputs);
        Assert.True(output.Stdout);
        Assert.Equal((PartitioningKind.Hash, 8), (output.Partitioning.Kind, output.Partitioning.Count));
    }

    [Fact]
    public void A_consumer_reads_its_part_of_the_generation_it_is_told()
    {
        var factory = Factory(TestPlans.Sales);

        var partition = Assert.Single(factory.Create(1, 5, 0, 1, [4]).Inputs);
        Assert.Equal((new OutputId("extract", "sales"), 4, 5, null, true), (partition.From, partition.SealGeneration, partition.Partition, partition.SourceIndex, partition.Stdin));

        var all = Assert.Single(factory.Create(2, 0, 0, 1, [1]).Inputs);
        Assert.Equal((new OutputId("aggregate", "totals"), 1, null, null, true), (all.From, all.SealGeneration, all.Partition, all.SourceIndex, all.Stdin));
    }

    [Fact]
    public void An_instance_reads_what_the_same_index_wrote()
    {
        var plan = TestPlans.PlanTasks("""
                - {name: a, command: [x], fanOut: {count: 3}, outputs: [{name: o}]}
                - {name: b, command: [x], fanOut: {count: 3}, inputs: [{from: a.o, read: same-index}]}
            """);

        var input = Assert.Single(new DescriptorFactory(plan, "r1", Stores).Create(1, 2, 0, 1, [0]).Inputs);

        Assert.Equal((null, 2), (input.Partition, input.SourceIndex));
    }

    [Fact]
    public void An_instance_reads_its_slice_and_what_is_partitioned_alike_whole()
    {
        var plan = TestPlans.PlanTasks("""
                - name: a
                  command: [x]
                  outputs: [{name: o, partitionBy: {roundRobin: true, partitions: 4}}, {name: p, partitionBy: {broadcast: true, partitions: 4}}, {name: q}]
                - name: b
                  command: [x, "{{index}}"]
                  fanOut: {over: a.o, splitAbove: 1Ki}
                  inputs: [{from: a.o}, {from: a.p, read: partition}, {from: a.q, read: all}]
            """);
        var factory = new DescriptorFactory(plan, "r1", Stores);

        var slice = factory.Create(1, 9, 0, 1, [0, 0, 0], null, new InstanceSlice(3, 1, 4, new InstanceRange(5, 8)));
        var whole = factory.Create(1, 2, 0, 1, [0, 0, 0], null, new InstanceSlice(2, 0, 1, null));

        Assert.Equal(new PlannedSplit(new OutputId("a", "o"), 1024), plan.Tasks[1].Split);
        Assert.Equal(new SliceDescriptor(3, 1, 4), slice.Slice);
        Assert.Equal(["x", "9"], slice.Command!);
        Assert.Equal([(3, new InstanceRange(5, 8)), (3, null), (null, null)], slice.Inputs.Select(input => (input.Partition, input.Sources)));
        Assert.Equal([(2, (InstanceRange?)null), (2, null), (null, null)], whole.Inputs.Select(input => (input.Partition, input.Sources)));
        Assert.NotEqual(
            slice.Definition, factory.Create(1, 9, 0, 1, [0, 0, 0], null, new InstanceSlice(3, 1, 4, new InstanceRange(5, 7))).Definition);
        Assert.Throws<ArgumentOutOfRangeException>(() => factory.Create(1, 0, 0, 1, [0, 0, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => factory.Create(0, 0, 0, 1, [], null, new InstanceSlice(0, 0, 1, null)));
    }

    [Fact]
    public void Items_and_parameters_are_put_in_once()
    {
        var plan = TestPlans.PlanTasks("    - {name: a, command: ['{{item}}/{{parameters.a}}', '{{{{item}}'], workingDirectory: '/data/{{item}}', fanOut: {items: ['{{{{index}}', south]}}");
        var factory = new DescriptorFactory(plan, "r1", Stores);

        var first = factory.Create(0, 0, 0, 1, []);
        Assert.Equal("{{index}}", first.Item);
        Assert.Equal(["{{index}}/1", "{{item}}"], first.Command!);
        Assert.Equal("/data/{{index}}", first.WorkingDirectory);
        Assert.Equal(["south/1", "{{item}}"], factory.Create(0, 1, 0, 1, []).Command!);
    }

    [Fact]
    public void Other_limits_can_be_given_to_an_attempt() =>
        Assert.Equal(new ResourceLimits(500, 1 << 30), Factory(TestPlans.Sales).Create(0, 0, 0, 2, [], new ResourceLimits(500, 1 << 30)).Resources);

    [Fact]
    public void A_built_assembly_takes_the_place_of_its_source()
    {
        var plan = PlanWithSource("/src/Report.cs");
        var built = new DescriptorFactory(plan, "r1", Stores, new Dictionary<string, CodeLocation> { ["/src/Report.cs"] = new(null, "/out/Report.dll") });
        Assert.Equal(new DotnetTask("/out/Report.dll", "Acme.Report"), built.Create(0, 0, 0, 1, []).Dotnet);

        var assembly = new DescriptorFactory(PlanWithSource("/src/Report.dll"), "r1", Stores);
        Assert.Equal(new DotnetTask("/src/Report.dll", "Acme.Report"), assembly.Create(0, 0, 0, 1, []).Dotnet);
    }

    [Fact]
    public void Instances_and_seals_that_the_plan_does_not_have_are_refused()
    {
        var factory = Factory(TestPlans.Sales);
        Assert.Throws<ArgumentOutOfRangeException>(() => factory.Create(0, 30, 0, 1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => factory.Create(0, -1, 0, 1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => factory.Create(1, 0, 0, 1, []));
    }

    [Fact]
    public void Descriptors_can_be_made_from_many_threads()
    {
        var factory = Factory(TestPlans.Sales);
        var expected = Enumerable.Range(0, 30).Select(i => factory.Create(0, i, 0, 1, []).Definition).ToList();
        var fresh = Factory(TestPlans.Sales);
        var found = new string[30];
        Parallel.For(0, 30, i => found[i] = fresh.Create(0, i, 0, 1, []).Definition);
        Assert.Equal(expected, found);
    }

    private static DescriptorFactory Factory(string text) => new(TestPlans.Plan(text), "r1", Stores);

    private static RunPlan PlanWithSource(string source)
    {
        var plan = TestPlans.PlanTasks("    - {name: a, command: [x]}");
        var task = plan.Tasks[0] with { Command = null, Dotnet = new PlannedDotnetTask(source, "Acme.Report"), SourceHash = "00" };
        return plan with { Tasks = [task] };
    }
}
