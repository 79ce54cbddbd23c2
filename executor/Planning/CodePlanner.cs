using Executor.Bundling;
using Executor.Workflows.Errors;
using Executor.Workflows.Values;

namespace Executor.Planning;

/// <summary>Looks at the folders of code that tasks name, each one once; what is wrong with one is an error of the file.</summary>
/// <param name="directory">The folder that relative paths start from.</param>
/// <param name="workflowFile">The full path of the workflow file, which is none of the code even where it lies among it.</param>
/// <param name="values">Puts parameters in.</param>
/// <param name="diagnostics">Where errors go.</param>
internal sealed class CodePlanner(string directory, string workflowFile, SettledValues values, DiagnosticList diagnostics)
{
    private readonly Dictionary<string, PlannedCode?> _folders = [];

    /// <summary>A folder of code; null where something is wrong with it, or a parameter has no value.</summary>
    public PlannedCode? Plan(Located<Template> written)
    {
        if (values.Text(written) is not { } path)
        {
            return null;
        }

        if (path.Length == 0)
        {
            diagnostics.Add(written.At, "found an empty path, expected the path of a folder");
            return null;
        }

        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, directory));
        if (!_folders.TryGetValue(folder, out var planned))
        {
            planned = Read(written, path, folder);
            _folders[folder] = planned;
        }

        return planned;
    }

    private PlannedCode? Read(Located<Template> written, string path, string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                return new PlannedCode(folder, CodeTree.Read(folder, workflowFile).Sha256, workflowFile);
            }

            var found = File.Exists(folder) ? "that is a file" : $"there is no {folder}";
            diagnostics.Add(written.At, $"found {Quoted.Text(path)}, expected a folder that exists: {found}");
        }
        catch (Exception e) when (e is BundleException or IOException or UnauthorizedAccessException)
        {
            diagnostics.Add(written.At, $"found {Quoted.Text(path)}, which cannot be used: {e.Message}");
        }

        return null;
    }
}
