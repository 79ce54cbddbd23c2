using System.Text.Json;
using Executor.Contracts.Descriptors;
using Executor.Planning;
using Xunit;

namespace Executor.Tests.Planning;

/// <summary>What makes committed data void, and what does not. The fixed hashes were made with Python's json and hashlib.</summary>
public sealed class DefinitionTests
{
    private static readonly Uri[] Stores = [new("http://127.0.0.1:4000")];

    [Fact]
    public void The_hash_of_a_definition_is_the_same_on_every_machine_and_in_every_version()
    {
        var factory = new DescriptorFactory(TestPlans.Plan(TestPlans.Sales), "r1", Stores);

        Assert.Equal("95f00d6f64e078ce89359fb5ba9df045", factory.TaskDefinition(0));
        Assert.Equal("967690a3ee44fbb571834fda83424212", factory.TaskDefinition(1));
        Assert.Equal("73b0d5b5bda27bdd1c2dc4db2734edaa", factory.Create(1, 5, 0, 1, [4]).Definition);
    }

    [Fact]
    public void Canonical_JSON_is_sorted_and_escapes_what_it_must()
    {
        var value = JsonDocument.Parse("""{"b": [1, -2, true, null, "\u0007\u001F\n\t\r\b\f\"\\\/é€😀<>&'"], "a": {}, "c": [], "A": {"z": 1, "y": {"é": "x"}}}""").RootElement;
        Assert.Equal(
            """{"A":{"y":{"é":"x"},"z":1},"a":{},"b":[1,-2,true,null,"\u0007\u001f\n\t\r\b\f\"\\/é€😀<>&'"],"c":[]}"""u8,
            CanonicalJson.Write(value));
    }

    [Fact]
    public void Attempt_generation_store_and_limits_are_no_part_of_it()
    {
        var first = Create(TestPlans.Sales, task: 1, index: 5);
        var other = new DescriptorFactory(TestPlans.Plan(TestPlans.Sales), "r1", [new("https://elsewhere:1")])
            .Create(1, 5, generation: 3, attempt: 9, [0], new ResourceLimits(1, 1));

        Assert.Equal(first.Definition, other.Definition);
    }

    [Fact]
    public void The_run_is_part_of_it_only_where_a_template_uses_it()
    {
        var (first, second) = (Factory(TestPlans.Sales, "r1"), Factory(TestPlans.Sales, "r2"));

        Assert.Equal(first.Create(1, 0, 0, 1, [0]).Definition, second.Create(1, 0, 0, 1, [0]).Definition);
        Assert.NotEqual(first.Create(0, 0, 0, 1, []).Definition, second.Create(0, 0, 0, 1, []).Definition);
        Assert.Equal(first.TaskDefinition(0), second.TaskDefinition(0));
    }

    [Theory]
    [InlineData("timeout: 1h30m", "timeout: 2h")]
    [InlineData("retries: {task: 5}", "retries: {task: 6}")]
    [InlineData("cpu: 500m", "cpu: 2")]
    [InlineData("maxParallelTasks: 40", "maxParallelTasks: 4")]
    [InlineData("env: {MODE: batch, ", "nodeSelector: {disk: ssd}\n    env: {MODE: batch, ")]
    [InlineData("fanOut: {count: \"{{parameters.days}}\"}", "fanOut: {count: 31}")]
    [InlineData("name: sales-by-region", "name: another")]
    [InlineData("command: [duckdb-agg]", "command: [duckdb-agg]\n      class: big")]
    public void A_change_of_where_and_how_a_task_runs_keeps_committed_data(string old, string changed)
    {
        var text = TestPlans.Sales.Replace(old, changed);
        Assert.NotEqual(TestPlans.Sales, text);
        Assert.Equal(Hashes(TestPlans.Sales), Hashes(text));
    }

    [Theory]
    [InlineData("extract.py", "extract2.py")]
    [InlineData("value: \"day {{index}}\"", "value: \"Day {{index}}\"")]
    [InlineData("python-arrow:1", "python-arrow:2")]
    [InlineData("region: north", "region: south")]
    [InlineData("partitions: 8", "partitions: 9")]
    [InlineData("hash: [region, shop]", "hash: [shop, region]")]
    [InlineData("{name: sales, partitionBy", "{name: sales, format: lines, partitionBy", "hash: [region, shop]", "hash: [line]")]
    [InlineData("command: [python3", "workingDirectory: /data\n      command: [python3")]
    public void A_change_of_what_a_task_does_makes_it_and_all_that_reads_it_void(string old, string changed, string old2 = "", string changed2 = "")
    {
        var text = TestPlans.Sales.Replace(old, changed);
        text = old2.Length == 0 ? text : text.Replace(old2, changed2);
        Assert.NotEqual(TestPlans.Sales, text);
        Assert.All(Hashes(TestPlans.Sales).Zip(Hashes(text)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void A_change_of_a_later_task_keeps_the_data_of_earlier_ones()
    {
        var hashes = Hashes(TestPlans.Sales.Replace("duckdb-agg", "duckdb-agg2"));
        Assert.Equal(Hashes(TestPlans.Sales)[0], hashes[0]);
        Assert.NotEqual(Hashes(TestPlans.Sales)[1], hashes[1]);
        Assert.NotEqual(Hashes(TestPlans.Sales)[2], hashes[2]);
    }

    [Fact]
    public void The_seals_that_are_read_the_index_and_the_item_are_part_of_it()
    {
        var factory = Factory(TestPlans.Sales, "r1");
        Assert.NotEqual(factory.Create(1, 0, 0, 1, [0]).Definition, factory.Create(1, 0, 0, 1, [1]).Definition);
        Assert.NotEqual(factory.Create(0, 0, 0, 1, []).Definition, factory.Create(0, 1, 0, 1, []).Definition);

        var (one, two) = (Items("[x, y]"), Items("[x, z, w]"));
        Assert.Equal(one.TaskDefinition(0), two.TaskDefinition(0));
        Assert.Equal(one.Create(0, 0, 0, 1, []).Definition, two.Create(0, 0, 0, 1, []).Definition);
        Assert.NotEqual(one.Create(0, 1, 0, 1, []).Definition, two.Create(0, 1, 0, 1, []).Definition);
    }

    [Fact]
    public void A_dotnet_task_in_an_image_counts_by_the_image_and_its_place_there()
    {
        TaskDescriptor Dotnet(string image, string assembly) => new DescriptorFactory(
            TestPlans.PlanTasks($"    - {{name: a, image: '{image}', dotnet: {{assembly: {assembly}, type: Acme.A}}}}"), "r1", Stores).Create(0, 0, 0, 1, []);

        var first = Dotnet("app:1", "/app/A.dll");

        Assert.Equal(new DotnetTask("/app/A.dll", "Acme.A"), first.Dotnet);
        Assert.Null(first.Code);
        Assert.Equal(first.Definition, Dotnet("app:1", "/app/A.dll").Definition);
        Assert.NotEqual(first.TaskDefinition, Dotnet("app:2", "/app/A.dll").TaskDefinition);
        Assert.NotEqual(first.TaskDefinition, Dotnet("app:1", "/app/B.dll").TaskDefinition);
    }

    [Fact]
    public void A_dotnet_task_counts_by_its_content_and_not_by_its_path()
    {
        DescriptorFactory Dotnet(string source, string hash)
        {
            var plan = TestPlans.PlanTasks("    - {name: a, command: [x]}");
            var task = plan.Tasks[0] with { Command = null, Dotnet = new PlannedDotnetTask(source, null), SourceHash = hash };
            return new DescriptorFactory(plan with { Tasks = [task] }, "r1", Stores);
        }

        var first = Dotnet("/a/Report.cs", "01").Create(0, 0, 0, 1, []);
        var moved = Dotnet("/b/Report.dll", "01").Create(0, 0, 0, 1, []);
        var changed = Dotnet("/a/Report.cs", "02").Create(0, 0, 0, 1, []);

        Assert.Equal((first.Definition, first.TaskDefinition), (moved.Definition, moved.TaskDefinition));
        Assert.NotEqual(first.Definition, changed.Definition);
        Assert.NotEqual(first.TaskDefinition, changed.TaskDefinition);
    }

    private static DescriptorFactory Factory(string text, string run) => new(TestPlans.Plan(text), run, Stores);

    private static DescriptorFactory Items(string items) =>
        new(TestPlans.PlanTasks($"    - {{name: a, command: [x], fanOut: {{items: {items}}}}}"), "r1", Stores);

    private static TaskDescriptor Create(string text, int task, int index) => Factory(text, "r1").Create(task, index, 0, 1, [0]);

    private static List<(string Task, string Instance)> Hashes(string text)
    {
        var plan = TestPlans.Plan(text);
        var factory = new DescriptorFactory(plan, "r1", Stores);
        return [.. plan.Tasks.Select((t, i) => (factory.TaskDefinition(i), factory.Create(i, 0, 0, 1, new int[t.Inputs.Count]).Definition))];
    }
}
