using Executor.Workflows.Binding;
using Executor.Workflows.Checking;
using Executor.Workflows.Errors;
using Executor.Workflows.Model;
using Executor.Workflows.Yaml;

namespace Executor.Workflows;

/// <summary>A workflow file that was read: its text and, as far as it could be made out, the workflow.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Workflow">The workflow; usable where the diagnostics are empty.</param>
internal sealed record WorkflowFile(string Text, Workflow Workflow)
{
    /// <summary>Reads a file and checks all that can be checked without parameters. Null where there is nothing to go on with.</summary>
    /// <param name="path">The file.</param>
    /// <param name="diagnostics">Where errors go.</param>
    public static WorkflowFile? Read(string path, DiagnosticList diagnostics) =>
        WorkflowText.Read(path, diagnostics) is { } text
            ? Parse(text, Path.GetDirectoryName(Path.GetFullPath(path))!, diagnostics)
            : null;

    /// <summary>
    /// Parses a workflow's text and checks all that can be checked without parameters. Null where there is nothing to go on with.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="directory">The full path of the folder that relative paths start from.</param>
    /// <param name="diagnostics">Where errors go.</param>
    public static WorkflowFile? Parse(string text, string directory, DiagnosticList diagnostics)
    {
        if (YamlTreeReader.Read(text, diagnostics) is not { } root
            || WorkflowBinder.Bind(root, text, directory, diagnostics) is not { } workflow)
        {
            return null;
        }

        ReferenceChecker.Check(workflow, diagnostics);
        return new WorkflowFile(text, workflow);
    }
}
