using Executor.Planning;
using Executor.Tests.Workflows;

namespace Executor.Tests.Planning;

/// <summary>Plans workflows that are written in tests.</summary>
internal static class TestPlans
{
    /// <summary>A producer of 30 instances, a consumer for each of 8 partitions, and a last task that reads all of it.</summary>
    public const string Sales = """
        apiVersion: executor.dev/v1alpha1
        kind: Workflow
        metadata: {name: sales-by-region, labels: {team: data}, annotations: {note: a b}}
        spec:
          parameters: {days: "30", region: north}
          defaults:
            image: registry.example/python-arrow:1
            resources: {cpu: 500m, memory: 256Mi}
            env: {MODE: batch, REGION: "{{parameters.region}}"}
          maxParallelTasks: 40
          tasks:
            - name: report
              inputs: [{from: aggregate.totals}]
              stdin: aggregate.totals
              script: echo "{{parameters.region}}" && cat
            - name: extract
              fanOut: {count: "{{parameters.days}}"}
              command: [python3, extract.py, --day, "{{index}}", --run, "{{run.id}}"]
              env: [{name: MODE, value: "day {{index}}"}]
              timeout: 1h30m
              retries: {task: 5}
              stdout: sales
              outputs:
                - {name: sales, partitionBy: {hash: [region, shop], partitions: 8}}
            - name: aggregate
              fanOut: {over: extract.sales}
              inputs: [{from: extract.sales}]
              stdin: extract.sales
              command: [duckdb-agg]
              resources: {memory: 1Gi}
              outputs: [{name: totals}]
          results: [aggregate.totals]
        """;

    /// <summary>The plan of a valid workflow.</summary>
    public static RunPlan Plan(string text, params (string Name, string Value)[] parameters) => Resolve(text, parameters).Plan;

    /// <summary>The record of a valid workflow.</summary>
    public static ResolvedWorkflow Resolve(string text, params (string Name, string Value)[] parameters)
    {
        using var folder = new WorkflowFolder();
        var result = WorkflowPlanner.Plan(folder.Write("q.yaml", text), parameters.ToDictionary(p => p.Name, p => p.Value));
        return result.Resolved ?? throw new InvalidOperationException(string.Join('\n', result.Errors));
    }

    /// <summary>The plan of these tasks, with the parameters a = 1 and b = 2.</summary>
    public static RunPlan PlanTasks(string tasks) =>
        Plan($"apiVersion: executor.dev/v1alpha1\nkind: Workflow\nmetadata: {{name: q}}\nspec:\n  parameters: {{a: 1, b: 2}}\n  tasks:\n{tasks}");
}
