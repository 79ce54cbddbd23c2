using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Planning;
using Executor.Tests.Workflows;
using Xunit;

namespace Executor.Tests.Planning;

public sealed class WorkflowPlannerTests
{
    [Fact]
    public void Tasks_come_after_those_they_depend_on_with_fan_outs_counted()
    {
        var plan = TestPlans.Plan(TestPlans.Sales, ("days", "365"));

        Assert.Equal("sales-by-region", plan.Workflow);
        Assert.Equal(40, plan.MaxParallelTasks);
        Assert.Equal([new OutputId("aggregate", "totals")], plan.Results);
        Assert.Equal([("extract", 365, 3), ("aggregate", 8, 2), ("report", 1, 1)], plan.Tasks.Select(t => (t.Name, t.Instances, t.CriticalPath)));
        Assert.Equal([[], [0], [1]], plan.Tasks.Select(t => t.DependsOn));
        Assert.Equal("365", plan.Parameters["days"]);
    }

    [Fact]
    public void A_task_takes_from_the_defaults_what_it_does_not_say_itself()
    {
        var (extract, aggregate) = TestPlans.Plan(TestPlans.Sales).Tasks is [var first, var second, _] ? (first, second) : default;

        Assert.Equal(new ResourceLimits(500, 256 << 20), extract.Resources);
        Assert.Equal(new ResourceLimits(500, 1 << 30), aggregate.Resources);
        Assert.Equal(new RetryBudget(5, 10), extract.Retries);
        Assert.Equal(new RetryBudget(2, 10), aggregate.Retries);
        Assert.Equal(TimeSpan.FromMinutes(90), extract.Timeout);
        Assert.Null(aggregate.Timeout);
        Assert.Equal([("MODE", "day {{index}}"), ("REGION", "{{parameters.region}}")], extract.Environment.Select(v => (v.Key, v.Value)));
        Assert.Equal("batch", aggregate.Environment["MODE"]);
        Assert.All([extract, aggregate], t => Assert.Equal("registry.example/python-arrow:1", t.Image));
    }

    [Fact]
    public void Without_any_settings_a_task_has_one_CPU_and_512_MiB()
    {
        var task = Assert.Single(TestPlans.PlanTasks("    - {name: a, command: [x]}").Tasks);

        Assert.Equal(new ResourceLimits(1000, 512 << 20), task.Resources);
        Assert.Equal(new RetryBudget(2, 10), task.Retries);
        Assert.Null(task.Timeout);
        Assert.Null(task.Image);
        Assert.Null(task.WorkingDirectory);
    }

    [Fact]
    public void Sizing_is_off_unless_said_otherwise_and_merged_with_the_defaults_field_by_field()
    {
        var plan = TestPlans.Plan("""
            apiVersion: executor.dev/v1alpha1
            kind: Workflow
            metadata: {name: q}
            spec:
              parameters: {most: 4Gi}
              defaults: {sizing: {mode: recommend, memory: {min: 64Mi, max: "{{parameters.most}}"}}}
              tasks:
                - {name: a, command: [x]}
                - {name: b, command: [x], class: big, sizing: apply}
                - {name: c, command: [x], sizing: off}
                - {name: d, command: [x], sizing: {mode: apply, memory: {max: 1Gi}, cpu: {max: 2}}}
            """);

        Assert.Equal(new PlannedSizing(SizingMode.Recommend, "q/a") { MinMemoryBytes = 64L << 20, MaxMemoryBytes = 4L << 30 }, plan.Tasks[0].Sizing);
        Assert.Equal(new PlannedSizing(SizingMode.Apply, "big") { MinMemoryBytes = 64L << 20, MaxMemoryBytes = 4L << 30 }, plan.Tasks[1].Sizing);
        Assert.Null(plan.Tasks[2].Sizing);
        Assert.Equal(new PlannedSizing(SizingMode.Apply, "q/d") { MinMemoryBytes = 64L << 20, MaxMemoryBytes = 1L << 30, MaxCpuMillicores = 2000 }, plan.Tasks[3].Sizing);
        Assert.Null(Assert.Single(TestPlans.PlanTasks("    - {name: a, command: [x]}").Tasks).Sizing);
    }

    [Fact]
    public void A_plan_keeps_its_sizing_in_the_record_of_the_workflow_which_without_any_has_no_word_of_it()
    {
        const string Heading = "apiVersion: executor.dev/v1alpha1\nkind: Workflow\nmetadata: {name: q}\nspec:\n  tasks:\n";
        var sized = TestPlans.Resolve(Heading + "    - {name: a, command: [x], sizing: {mode: apply, memory: {max: 1Gi}, cpu: {min: 250m}}}");
        var plain = TestPlans.Resolve(Heading + "    - {name: a, command: [x]}");

        Assert.Equal(sized.Plan.Tasks[0].Sizing, ResolvedWorkflow.Deserialize(sized.Serialize()).Plan.Tasks[0].Sizing);
        Assert.DoesNotContain("sizing", System.Text.Encoding.UTF8.GetString(plain.Serialize()), StringComparison.OrdinalIgnoreCase);
        var definitions = new[] { sized, plain }.Select(resolved => new DescriptorFactory(resolved.Plan, "r", [new Uri("http://store")]).CreateFirst(0).Definition);
        Assert.Single(definitions.Distinct());
    }

    [Fact]
    public void What_an_instance_reads_is_taken_from_the_fan_out()
    {
        var plan = TestPlans.PlanTasks("""
                - {name: a, command: [x], fanOut: {count: 4}, outputs: [{name: o, partitionBy: {roundRobin: true, partitions: 4}}, {name: p, format: lines}]}
                - {name: over, command: [x], fanOut: {over: a.o}, inputs: [{from: a.o}, {from: a.p, read: same-index}]}
                - {name: count, command: [x], fanOut: {count: 4}, inputs: [{from: a.o, read: partition}, {from: a.p, read: all, format: arrow}]}
                - {name: one, command: [x], inputs: [{from: a.o}]}
            """);

        Assert.Equal([ReadMode.Partition, ReadMode.SameIndex], Task(plan, "over").Inputs.Select(i => i.Read));
        Assert.Equal([ReadMode.Partition, ReadMode.All], Task(plan, "count").Inputs.Select(i => i.Read));
        Assert.Equal([ReadMode.All], Task(plan, "one").Inputs.Select(i => i.Read));
        Assert.Equal([DataFormat.Arrow, DataFormat.Lines], Task(plan, "over").Inputs.Select(i => i.Format));
        Assert.Equal([DataFormat.Arrow, DataFormat.Arrow], Task(plan, "count").Inputs.Select(i => i.Format));
    }

    [Fact]
    public void Every_way_to_spread_rows_is_planned()
    {
        var plan = TestPlans.PlanTasks("""
                - name: a
                  command: [x]
                  outputs:
                    - {name: one}
                    - {name: hash, partitionBy: {hash: [a, b], partitions: "{{parameters.b}}"}}
                    - {name: range, partitionBy: {range: {column: day, bounds: [9, 10, 100]}}}
                    - {name: texts, partitionBy: {range: {column: name, bounds: [10, 9]}, partitions: 3}}
                    - {name: round, partitionBy: {roundRobin: true, partitions: 65536}}
                    - {name: all, partitionBy: {broadcast: true, partitions: 3}}
            """);

        var outputs = Assert.Single(plan.Tasks).Outputs.Select(o => o.Partitioning).ToList();
        Assert.Equal(
            [
                (PartitioningKind.Unpartitioned, 1), (PartitioningKind.Hash, 2), (PartitioningKind.Range, 4),
                (PartitioningKind.Range, 3), (PartitioningKind.RoundRobin, 65536), (PartitioningKind.Broadcast, 3),
            ],
            outputs.Select(o => (o.Kind, o.Count)));
        Assert.Equal(["a", "b"], outputs[1].Columns);
        Assert.Equal(["9", "10", "100"], outputs[2].Bounds);
    }

    [Fact]
    public void Only_a_dotnet_task_is_bound_to_its_streams_without_being_told()
    {
        using var folder = new WorkflowFolder();
        folder.Write("Tasks.cs", "// a task");
        var path = folder.Write("q.yaml", """
            apiVersion: executor.dev/v1alpha1
            kind: Workflow
            metadata: {name: q}
            spec:
              tasks:
                - {name: a, command: [x], outputs: [{name: o}, {name: p}]}
                - {name: b, command: [x], inputs: [{from: a.o}], outputs: [{name: o}]}
                - {name: c, dotnet: {source: Tasks.cs, type: Acme.C}, inputs: [{from: a.o}, {from: a.p}], outputs: [{name: o}, {name: p}]}
                - {name: d, dotnet: {source: ./Tasks.cs}, inputs: [{from: a.o}, {from: a.p}], stdin: a.p, outputs: [{name: o}, {name: p}], stdout: p}
            """);

        var plan = WorkflowPlanner.Plan(path, new Dictionary<string, string>()).Resolved!.Plan;

        Assert.Equal([false], Task(plan, "b").Inputs.Select(i => i.Stdin));
        Assert.Equal([false], Task(plan, "b").Outputs.Select(i => i.Stdout));
        Assert.Equal([true, false], Task(plan, "c").Inputs.Select(i => i.Stdin));
        Assert.Equal([true, false], Task(plan, "c").Outputs.Select(i => i.Stdout));
        Assert.Equal([false, true], Task(plan, "d").Inputs.Select(i => i.Stdin));
        Assert.Equal([false, true], Task(plan, "d").Outputs.Select(i => i.Stdout));
        Assert.Equal(new PlannedDotnetTask(Path.Combine(folder.FullName, "Tasks.cs"), "Acme.C"), Task(plan, "c").Dotnet);
        Assert.Equal(Task(plan, "c").SourceHash, Task(plan, "d").SourceHash);
    }

    [Fact]
    public void A_script_is_run_by_the_shell_that_stops_at_errors()
    {
        var task = Assert.Single(TestPlans.PlanTasks("    - name: a\n      script: |\n        echo {{index}}\n        date\n").Tasks);
        Assert.Equal(["/bin/sh", "-eu", "-c", "echo {{index}}\ndate\n"], task.Command!);
    }

    [Fact]
    public void A_fan_out_over_items_puts_parameters_into_them()
    {
        var task = Assert.Single(TestPlans.PlanTasks("    - {name: a, command: ['{{item}}'], fanOut: {items: [x, 2, true, '{{parameters.a}}', '', '{{{{x']}}").Tasks);
        Assert.Equal(6, task.Instances);
        Assert.Equal(["x", "2", "true", "1", "", "{{x"], task.Items!);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1000000", 1_000_000)]
    public void A_fan_out_may_be_empty_or_large(string count, int instances) =>
        Assert.Equal(instances, TestPlans.Plan(TestPlans.Sales, ("days", count)).Tasks[0].Instances);

    [Fact]
    public void Independent_tasks_keep_the_order_of_the_file_and_have_the_length_of_their_own_path()
    {
        var plan = TestPlans.PlanTasks("""
                - {name: d, command: [x], after: [c, b]}
                - {name: lone, command: [x]}
                - {name: c, command: [x], after: [a]}
                - {name: b, command: [x]}
                - {name: a, command: [x]}
            """);

        Assert.Equal([("lone", 1), ("b", 2), ("a", 3), ("c", 2), ("d", 1)], plan.Tasks.Select(t => (t.Name, t.CriticalPath)));
        Assert.Equal([1, 3], plan.Tasks[^1].DependsOn);
    }

    [Fact]
    public void Relative_working_directories_start_from_the_file()
    {
        using var folder = new WorkflowFolder();
        var path = folder.Write("sub/q.yaml", """
            apiVersion: executor.dev/v1alpha1
            kind: Workflow
            metadata: {name: q}
            spec:
              parameters: {dir: /data}
              defaults: {workingDirectory: .}
              tasks:
                - {name: a, command: [x]}
                - {name: b, command: [x], workingDirectory: "../{{index}}"}
                - {name: c, command: [x], workingDirectory: "{{parameters.dir}}/{{index}}"}
            """);

        var plan = WorkflowPlanner.Plan(path, new Dictionary<string, string>()).Resolved!.Plan;

        Assert.Equal(
            [Path.Combine(folder.FullName, "sub"), Path.Combine(folder.FullName, "{{index}}"), "/data/{{index}}"],
            plan.Tasks.Select(t => t.WorkingDirectory));
    }

    [Fact]
    public void Resources_beside_CPU_and_memory_are_planned_and_named_as_having_no_effect_here()
    {
        var plan = TestPlans.Plan("""
            apiVersion: executor.dev/v1alpha1
            kind: Workflow
            metadata: {name: q}
            spec:
              parameters: {gpus: "2"}
              defaults: {resources: {ephemeral-storage: 1Gi, example.com/fpga: 1}}
              tasks:
                - {name: a, command: [x], resources: {gpu: "{{parameters.gpus}}"}}
                - {name: b, command: [x], resources: {nvidia.com/gpu: 1, example.com/fpga: 0, ephemeral-storage: 2Gi}}
            """);
        Assert.Equal(
            new Dictionary<string, long> { ["nvidia.com/gpu"] = 2, ["example.com/fpga"] = 1, ["ephemeral-storage"] = 1L << 30 }, plan.Tasks[0].OtherResources);
        Assert.Equal(new Dictionary<string, long> { ["nvidia.com/gpu"] = 1, ["ephemeral-storage"] = 2L << 30 }, plan.Tasks[1].OtherResources);
        Assert.Equal(
            "without a cluster these fields have no effect: resources.ephemeral-storage (a, b), resources.example.com/fpga (a), resources.nvidia.com/gpu (a, b)",
            ClusterOnlyFields.Warning(plan));
        Assert.Equal(plan.Tasks[0].OtherResources, ResolvedWorkflow.Deserialize(TestPlans.Resolve(
            "apiVersion: executor.dev/v1alpha1\nkind: Workflow\nmetadata: {name: q}\nspec:\n  tasks:\n    - {name: a, command: [x], resources: {gpu: 2, example.com/fpga: 1, ephemeral-storage: 1Gi}}").Serialize()).Plan.Tasks[0].OtherResources);
    }

    [Theory]
    [InlineData("{gpu: 1, nvidia.com/gpu: 1}", "found 'gpu' beside 'nvidia.com/gpu'")]
    [InlineData("{gpu: 0.5}", "found '0.5', expected a whole number")]
    [InlineData("{example.com/fpga: -1}", "found '-1', expected a whole number")]
    [InlineData("{ephemeral-storage: 2GB}", "found '2GB', expected an amount of disk such as 256Mi (did you mean '2Gi'?)")]
    [InlineData("{gpus: 1}", "unknown field (did you mean 'gpu'?)")]
    public void Resources_that_cannot_be_asked_for_are_refused(string resources, string says)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => TestPlans.PlanTasks($"    - {{name: a, command: [x], resources: {resources}}}"));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_of_the_pod_are_kept_as_they_are_and_named_as_having_no_effect_here()
    {
        var plan = TestPlans.Plan("""
            apiVersion: executor.dev/v1alpha1
            kind: Workflow
            metadata: {name: q}
            spec:
              defaults: {nodeSelector: {disk: ssd}, tolerations: [{key: a, operator: Exists}]}
              tasks:
                - {name: a, command: [x]}
                - {name: b, command: [x], nodeSelector: {gpu: "true", count: 2}, env: [{name: P, valueFrom: {secretKeyRef: {name: s, key: k}}}]}
            """);

        Assert.Equal("""{"disk":"ssd"}""", plan.Tasks[0].PodFields["nodeSelector"].GetRawText());
        Assert.Equal("""{"gpu":"true","count":2}""", plan.Tasks[1].PodFields["nodeSelector"].GetRawText());
        Assert.Equal("""[{"name":"P","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}]""", plan.Tasks[1].PodFields["env"].GetRawText());
        Assert.Equal(
            "without a cluster these fields have no effect: env.valueFrom (b), nodeSelector (a, b), tolerations (a, b)",
            ClusterOnlyFields.Warning(plan));
        Assert.Null(ClusterOnlyFields.Warning(TestPlans.Plan(TestPlans.Sales)));
    }

    [Fact]
    public void Variables_of_both_kinds_are_merged_one_by_one()
    {
        var task = TestPlans.Plan("""
            apiVersion: executor.dev/v1alpha1
            kind: Workflow
            metadata: {name: q}
            spec:
              defaults:
                env:
                  - {name: PLAIN, value: a}
                  - {name: BECOMES_PLAIN, valueFrom: {secretKeyRef: {name: s, key: k}}}
                  - {name: BECOMES_SECRET, value: a}
                  - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}
              tasks:
                - name: a
                  command: [x]
                  env:
                    - {name: BECOMES_PLAIN, value: b}
                    - {name: BECOMES_SECRET, valueFrom: {secretKeyRef: {name: t, key: k}}}
            """).Tasks[0];

        Assert.Equal([("BECOMES_PLAIN", "b"), ("PLAIN", "a")], task.Environment.Select(v => (v.Key, v.Value)));
        Assert.Equal(["SECRET", "BECOMES_SECRET"], task.PodFields["env"].EnumerateArray().Select(v => v.GetProperty("name").GetString()!));
    }

    [Fact]
    public void Parameters_that_the_workflow_does_not_have_are_refused()
    {
        using var folder = new WorkflowFolder();
        var result = WorkflowPlanner.Plan(folder.Write("q.yaml", TestPlans.Sales), new Dictionary<string, string> { ["day"] = "3", ["colour"] = "red" });

        Assert.Null(result.Resolved);
        Assert.Equal(
            [
                "--parameter day: the workflow has no such parameter (did you mean 'days'?)",
                "--parameter colour: the workflow has no such parameter; there are: days, region",
            ],
            result.Errors);
    }

    [Fact]
    public void A_required_parameter_must_be_given_to_plan_and_need_not_be_to_validate()
    {
        using var folder = new WorkflowFolder();
        var path = folder.Write("q.yaml", TestPlans.Sales.Replace("{days: \"30\",", "{days: {required: true, description: how many},"));
        var none = new Dictionary<string, string>();

        Assert.Equal([$"{path}:5:16: spec.parameters.days: required and not given, expected --parameter days=VALUE"], WorkflowPlanner.Plan(path, none).Errors);
        Assert.Empty(WorkflowPlanner.Validate(path, none).Errors);
        Assert.Equal(["days"], WorkflowPlanner.Validate(path, none).UnsetParameters);
        Assert.Equal(7, WorkflowPlanner.Plan(path, new Dictionary<string, string> { ["days"] = "7" }).Resolved!.Plan.Tasks[0].Instances);
        Assert.Equal(
            [$"{path}:17:23: spec.tasks[1].fanOut.count: found 'x' (from '{{{{parameters.days}}}}'), expected a whole number from 0 to 1000000"],
            WorkflowPlanner.Validate(path, new Dictionary<string, string> { ["days"] = "x" }).Errors);
    }

    [Fact]
    public void Values_of_parameters_are_bounded()
    {
        using var folder = new WorkflowFolder();
        var path = folder.Write("q.yaml", TestPlans.Sales);
        Assert.Equal(
            ["--parameter region: found a value of 8193 bytes, expected at most 8192"],
            WorkflowPlanner.Plan(path, new Dictionary<string, string> { ["region"] = new('x', 8193) }).Errors);
    }

    private static PlannedTask Task(RunPlan plan, string name) => plan.Tasks.Single(t => t.Name == name);
}
