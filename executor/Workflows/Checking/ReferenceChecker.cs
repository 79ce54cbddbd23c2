using Executor.Contracts.Descriptors;
using Executor.Workflows.Errors;
using Executor.Workflows.Model;

namespace Executor.Workflows.Checking;

/// <summary>
/// Checks what one part of a workflow says of another: names are unique, what is named exists, and no task waits for itself.
/// </summary>
internal sealed class ReferenceChecker
{
    private readonly Workflow _workflow;
    private readonly DiagnosticList _diagnostics;
    private readonly HashSet<string> _tasks;
    private readonly Dictionary<string, OutputSpec> _outputs = [];

    private ReferenceChecker(Workflow workflow, DiagnosticList diagnostics)
    {
        _workflow = workflow;
        _diagnostics = diagnostics;
        _tasks = [.. workflow.Tasks.Select(t => t.Name?.Value).OfType<string>()];
        foreach (var task in workflow.Tasks)
        {
            foreach (var output in task.Outputs)
            {
                _outputs.TryAdd($"{task.Name?.Value}.{output.Name?.Value}", output);
            }
        }
    }

    /// <summary>Adds an error for each thing that does not fit.</summary>
    public static void Check(Workflow workflow, DiagnosticList diagnostics)
    {
        var checker = new ReferenceChecker(workflow, diagnostics);
        checker.RequireUnique(workflow.Tasks.Select(t => t.Name), "a task");
        foreach (var task in workflow.Tasks.TakeWhile(_ => !diagnostics.IsFull))
        {
            checker.CheckTask(task);
        }

        checker.CheckResults();
        CycleChecker.Check(workflow, diagnostics);
    }

    private void CheckTask(TaskSpec task)
    {
        RequireUnique(task.Outputs.Select(o => o.Name), "an output");
        RequireUnique(task.Inputs.Select(i => i.From), "an input from");
        foreach (var input in task.Inputs)
        {
            CheckFrom(task, input);
        }

        if (task.FanOut?.Over is { } over)
        {
            CheckOver(task, over);
        }

        foreach (var after in task.After)
        {
            if (after.Value == task.Name?.Value)
            {
                _diagnostics.Add(after.At, $"found {Quoted.Text(after.Value)}, the task itself, expected another task");
            }
            else if (!_tasks.Contains(after.Value))
            {
                _diagnostics.Add(
                    after.At,
                    $"found {Quoted.Text(after.Value)}, expected the name of another task{Spelling.Hint(after.Value, OtherTasks(task))}");
            }
        }

        CheckStreams(task);
    }

    private void CheckFrom(TaskSpec task, InputSpec input)
    {
        if (input.From is not { } from || !CheckOutputOfOther(task, from))
        {
            return;
        }

        // Where 'over' names nothing that exists, that is the error; what it was meant to say would have said what is read.
        var fansOutOtherwise = task.FanOut is { Over: null }
            || (task.FanOut?.Over is { } over && over.Value != from.Value && _outputs.ContainsKey(over.Value));
        if (input.Read is null && fansOutOtherwise)
        {
            _diagnostics.Add(
                input.At with { Path = input.At.Path + ".read" },
                $"missing, expected partition, all or same-index: "
                + $"which part of {Quoted.Text(from.Value)} each of the task's instances reads");
        }

        if (input.Read is { Value: not "partition" } read
            && _outputs[from.Value].Partitioning is { Kind: PartitioningKind.Broadcast })
        {
            _diagnostics.Add(
                read.At,
                $"found '{read.Value}', expected partition: each partition of {Quoted.Text(from.Value)} holds every row (broadcast)");
        }
    }

    private void CheckOver(TaskSpec task, Located<string> over)
    {
        if (!CheckOutputOfOther(task, over))
        {
            return;
        }

        var input = task.Inputs.FirstOrDefault(i => i.From?.Value == over.Value);
        if (input is null)
        {
            _diagnostics.Add(
                over.At, $"found {Quoted.Text(over.Value)}, expected one of the task's inputs; add 'inputs: [{{from: {over.Value}}}]'");
        }
        else if (input.Read is { Value: not "partition" } read)
        {
            _diagnostics.Add(
                read.At,
                $"found '{read.Value}', expected partition, since the task fans out over the partitions of {Quoted.Text(over.Value)}");
        }
    }

    private void CheckStreams(TaskSpec task)
    {
        if (task.Stdin is { } stdin)
        {
            var inputs = task.Inputs.Select(i => i.From?.Value).OfType<string>().ToList();
            if (!inputs.Contains(stdin.Value))
            {
                _diagnostics.Add(
                    stdin.At,
                    $"found {Quoted.Text(stdin.Value)}, expected one of the task's inputs"
                    + HintOrAdd(stdin.Value, inputs, $"inputs: [{{from: {stdin.Value}}}]"));
            }
        }

        if (task.Stdout is { } stdout)
        {
            var outputs = task.Outputs.Select(o => o.Name?.Value).OfType<string>().ToList();
            if (!outputs.Contains(stdout.Value))
            {
                _diagnostics.Add(
                    stdout.At,
                    $"found {Quoted.Text(stdout.Value)}, expected one of the task's outputs"
                    + HintOrAdd(stdout.Value, outputs, $"outputs: [{{name: {stdout.Value}}}]"));
            }
        }
    }

    private static string HintOrAdd(string found, IReadOnlyCollection<string> known, string add) =>
        Spelling.Nearest(found, known) is { } nearest ? $" (did you mean '{nearest}'?)" : $"; add '{add}'";

    private void CheckResults()
    {
        RequireUnique(_workflow.Results, "the result");
        foreach (var result in _workflow.Results.Where(r => !_outputs.ContainsKey(r.Value)))
        {
            _diagnostics.Add(
                result.At,
                $"found {Quoted.Text(result.Value)}, expected an output written task.output{Spelling.Hint(result.Value, _outputs.Keys)}");
        }
    }

    private bool CheckOutputOfOther(TaskSpec task, Located<string> reference)
    {
        var own = $"{task.Name?.Value}.";
        if (_outputs.ContainsKey(reference.Value) && !reference.Value.StartsWith(own, StringComparison.Ordinal))
        {
            return true;
        }

        var others = _outputs.Keys.Where(o => !o.StartsWith(own, StringComparison.Ordinal)).ToList();
        if (others.Where(o => o.StartsWith(reference.Value + ".", StringComparison.Ordinal)).ToList() is [_, ..] named)
        {
            others = named;
        }

        var what = _outputs.ContainsKey(reference.Value) ? ", an output of the task itself,"
            : _tasks.Contains(reference.Value) ? ", a task,"
            : ",";
        _diagnostics.Add(
            reference.At,
            $"found {Quoted.Text(reference.Value)}{what} expected an output of another task, written task.output"
            + Spelling.Hint(reference.Value, others));
        return false;
    }

    private List<string> OtherTasks(TaskSpec task) => [.. _tasks.Where(t => t != task.Name?.Value)];

    private void RequireUnique(IEnumerable<Located<string>?> names, string what)
    {
        var seen = new Dictionary<string, Located<string>>();
        foreach (var name in names.OfType<Located<string>>())
        {
            if (!seen.TryAdd(name.Value, name))
            {
                _diagnostics.Add(
                    name.At, $"found {what} {Quoted.Text(name.Value)} again, the first stands in line {seen[name.Value].At.Position.Line}");
            }
        }
    }
}
