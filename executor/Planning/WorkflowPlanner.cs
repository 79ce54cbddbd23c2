using Executor.Contracts.Identity;
using Executor.Workflows;
using Executor.Workflows.Errors;
using Executor.Workflows.Model;

namespace Executor.Planning;

/// <summary>
/// Makes a plan of a workflow file and the parameters given for a run. Reads the file, the sources of .NET tasks and folders of code, and nothing else.
/// </summary>
internal static class WorkflowPlanner
{
    /// <summary>The plan, or every reason why there is none.</summary>
    /// <param name="path">The workflow file.</param>
    /// <param name="parameters">Values that take the place of the file's defaults.</param>
    public static PlanningResult Plan(string path, IReadOnlyDictionary<string, string> parameters)
    {
        var diagnostics = new DiagnosticList(path);
        var file = WorkflowFile.Read(path, diagnostics);
        return file is null
            ? new PlanningResult { Errors = diagnostics.ToLines() }
            : Plan(path, file, parameters, requireParameters: true, diagnostics);
    }

    /// <summary>
    /// Checks a workflow file as far as the given parameters allow: what waits for a required parameter without a value is left unchecked.
    /// </summary>
    /// <param name="path">The workflow file.</param>
    /// <param name="parameters">Values that take the place of the file's defaults.</param>
    public static PlanningResult Validate(string path, IReadOnlyDictionary<string, string> parameters)
    {
        var diagnostics = new DiagnosticList(path);
        var file = WorkflowFile.Read(path, diagnostics);
        return file is null
            ? new PlanningResult { Errors = diagnostics.ToLines() }
            : Plan(path, file, parameters, requireParameters: false, diagnostics);
    }

    private static PlanningResult Plan(
        string path, WorkflowFile file, IReadOnlyDictionary<string, string> given, bool requireParameters, DiagnosticList diagnostics)
    {
        var workflow = file.Workflow;
        var parameters = ParameterResolver.Resolve(workflow, given, diagnostics);
        if (requireParameters)
        {
            parameters.RequireAll(diagnostics);
        }

        var values = new SettledValues(parameters, diagnostics);
        var counts = FanOutCounter.Count(workflow, values, diagnostics);
        var codes = new CodePlanner(workflow.Directory, Path.GetFullPath(path), values, diagnostics);
        var planner = new TaskPlanner(workflow, parameters, values, counts, codes, diagnostics);
        var tasks = workflow.Tasks.Select(planner.Plan).ToList();
        string[] unset = [.. parameters.Missing.Select(p => p.Name.Value)];
        if (!diagnostics.IsEmpty || unset.Length > 0)
        {
            return new PlanningResult { Errors = diagnostics.ToLines(), UnsetParameters = unset };
        }

        var plan = new RunPlan
        {
            Workflow = workflow.Name!.Value,
            Parameters = parameters.Values,
            Tasks = Order(workflow, tasks),
            Results = [.. workflow.Results.Select(r => ParseOutput(r.Value))],
            MaxParallelTasks = workflow.MaxParallelTasks,
        };
        return new PlanningResult
        {
            Resolved = new ResolvedWorkflow
            {
                Plan = plan,
                File = path,
                Source = file.Text,
                Labels = workflow.Labels,
                Annotations = workflow.Annotations,
            },
        };
    }

    private static OutputId ParseOutput(string text) => OutputId.TryParse(text, out var id)
        ? id
        : throw new InvalidOperationException($"'{text}' passed the checks and is no output");

    private static List<PlannedTask> Order(Workflow workflow, List<PlannedTask> tasks)
    {
        var places = tasks.Select((t, i) => (t.Name, i)).ToDictionary(t => t.Name, t => t.i);
        var dependsOn = workflow.Tasks.Select(t => Predecessors(t).Distinct().Select(name => places[name]).ToList()).ToList();
        var order = TaskOrder.Sort(dependsOn);
        var ordinals = new int[tasks.Count];
        for (var ordinal = 0; ordinal < order.Count; ordinal++)
        {
            ordinals[order[ordinal]] = ordinal;
        }

        var ordered = order.Select(place => dependsOn[place].Select(p => ordinals[p]).Order().ToList()).ToList();
        var criticalPaths = TaskOrder.CriticalPaths(ordered);
        return
        [
            .. order.Select((place, ordinal) => tasks[place] with
            {
                DependsOn = ordered[ordinal],
                CriticalPath = criticalPaths[ordinal],
            }),
        ];
    }

    private static IEnumerable<string> Predecessors(TaskSpec task) =>
        task.Inputs.Select(i => i.From!.Value.Split('.')[0]).Concat(task.After.Select(a => a.Value));
}

/// <summary>What planning came to.</summary>
internal sealed record PlanningResult
{
    /// <summary>The plan with the file it was made from; null where there are errors or parameters without a value.</summary>
    public ResolvedWorkflow? Resolved { get; init; }

    /// <summary>Every error as a line for people, in the order of the file.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>Required parameters that were not given, where that was allowed.</summary>
    public IReadOnlyList<string> UnsetParameters { get; init; } = [];
}
