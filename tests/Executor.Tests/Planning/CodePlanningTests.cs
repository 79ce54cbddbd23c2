using Executor.Contracts.Descriptors;
using Executor.Planning;
using Executor.Tests.Workflows;
using Xunit;

namespace Executor.Tests.Planning;

/// <summary>The fields <c>code</c> and <c>runner</c>, from the file to the descriptor.</summary>
public sealed class CodePlanningTests : IDisposable
{
    private const string Heading = "apiVersion: executor.dev/v1alpha1\nkind: Workflow\nmetadata: {name: q}\nspec:\n";

    private readonly WorkflowFolder _folder = new();

    public CodePlanningTests()
    {
        _folder.Write("scripts/run.sh", "echo 1");
        _folder.Write("other/run.sh", "echo 2");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_task_takes_its_own_code_before_that_of_the_defaults()
    {
        var plan = Plan("""
              parameters: {where: other}
              defaults: {code: scripts, runner: image}
              tasks:
                - {name: a, command: [x]}
                - {name: b, command: [x], code: "{{parameters.where}}", runner: inject}
            """);

        Assert.Equal(Path.Combine(_folder.FullName, "scripts"), plan.Tasks[0].Code!.Folder);
        Assert.Equal(Path.Combine(_folder.FullName, "other"), plan.Tasks[1].Code!.Folder);
        Assert.NotEqual(plan.Tasks[0].Code!.Sha256, plan.Tasks[1].Code!.Sha256);
        Assert.Equal([RunnerPlacement.Image, RunnerPlacement.Inject], plan.Tasks.Select(task => task.Runner));
    }

    [Fact]
    public void Code_of_the_defaults_is_not_that_of_a_dotnet_task()
    {
        _folder.Write("Report.cs", "// a task");
        var plan = Plan("  defaults: {code: scripts}\n  tasks:\n    - {name: a, dotnet: {source: Report.cs}}");

        Assert.Null(plan.Tasks[0].Code);
    }

    [Fact]
    public void Its_content_is_part_of_the_definition_and_its_place_is_not()
    {
        const string Spec = "  tasks:\n    - {name: a, command: [sh, run.sh], code: scripts, workingDirectory: ./lib/}";
        var first = Definition(Spec);
        _folder.Write("moved/run.sh", "echo 1");
        Assert.Equal(first, Definition(Spec.Replace("scripts", "moved")));
        Assert.Equal(first, Definition(Spec.Replace("[sh", "[ sh").Replace("}", ", runner: image}")));
        Assert.NotEqual(first, Definition(Spec.Replace("code: scripts, ", "")));

        _folder.Write("scripts/run.sh", "echo changed");
        Assert.NotEqual(first, Definition(Spec));
    }

    [Fact]
    public void A_workflow_among_its_code_may_change_without_it()
    {
        const string Spec = "  tasks:\n    - {name: a, command: [x], code: .}";

        Assert.Equal(Definition(Spec), Definition($"{Spec}   # a remark"));
    }

    [Fact]
    public void A_descriptor_says_where_the_code_is_and_a_relative_directory_is_one_of_it()
    {
        var plan = Plan("  tasks:\n    - {name: a, command: [x], code: scripts, workingDirectory: './lib/{{index}}'}\n    - {name: b, command: [x], code: scripts, workingDirectory: /data}");
        var bundle = new CodeBundle("00", 7);
        var factory = new DescriptorFactory(
            plan, "r1", [], new Dictionary<string, CodeLocation> { [plan.Tasks[0].Code!.Folder] = new(bundle, null) });

        var (first, second) = (factory.Create(0, 0, 0, 1, []), factory.Create(1, 0, 0, 1, []));
        Assert.Equal((bundle, "lib/0"), (first.Code, first.WorkingDirectory));
        Assert.Equal((bundle, "/data"), (second.Code, second.WorkingDirectory));
    }

    [Fact]
    public void A_packed_assembly_is_named_by_its_path_in_the_bundle()
    {
        _folder.Write("Report.cs", "// a task");
        var plan = Plan("  tasks:\n    - {name: a, dotnet: {source: Report.cs}}");
        var bundle = new CodeBundle("00", 7);

        var packed = new DescriptorFactory(
            plan, "r1", [], new Dictionary<string, CodeLocation> { [plan.Tasks[0].Dotnet!.Source] = new(bundle, "Report.dll") }).Create(0, 0, 0, 1, []);

        Assert.Equal((bundle, new DotnetTask("Report.dll")), (packed.Code, packed.Dotnet));
        Assert.Equal(new DescriptorFactory(plan, "r1", []).Create(0, 0, 0, 1, []).Definition, packed.Definition);
    }

    [Theory]
    [InlineData("code: nothing", "found 'nothing', expected a folder that exists: there is no ")]
    [InlineData("code: scripts/run.sh", "found 'scripts/run.sh', expected a folder that exists: that is a file")]
    [InlineData("code: ''", "found an empty path, expected the path of a folder")]
    [InlineData("code: linked", "found 'linked', which cannot be used: ")]
    [InlineData("code: scripts, workingDirectory: ../other", "found '../other', which leads out of the task's code")]
    [InlineData("runner: sidecar", "found 'sidecar', expected inject or image")]
    public void What_cannot_be_used_is_told_with_its_place(string fields, string expected)
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "linked"));
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "linked", "out"), "/etc");

        var errors = Errors($"  tasks:\n    - {{name: a, command: [x], {fields}}}");

        Assert.Contains(expected, Assert.Single(errors), StringComparison.Ordinal);
        Assert.Contains("q.yaml:6:", errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_defaults_are_told_once()
    {
        var errors = Errors("  defaults: {code: nothing}\n  tasks:\n    - {name: a, command: [x]}\n    - {name: b, command: [x]}");

        Assert.Contains("spec.defaults.code", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dotnet_task_has_no_other_code()
    {
        _folder.Write("Report.cs", "// a task");

        var errors = Errors("  tasks:\n    - {name: a, dotnet: {source: Report.cs}, code: scripts}");

        Assert.Contains("spec.tasks[0].code: found code in a .NET task", Assert.Single(errors), StringComparison.Ordinal);
    }

    private RunPlan Plan(string spec)
    {
        var result = WorkflowPlanner.Plan(_folder.Write("q.yaml", Heading + spec), new Dictionary<string, string>());
        Assert.Empty(result.Errors);
        return result.Resolved!.Plan;
    }

    private IReadOnlyList<string> Errors(string spec) =>
        WorkflowPlanner.Plan(_folder.Write("q.yaml", Heading + spec), new Dictionary<string, string>()).Errors;

    private string Definition(string spec) => new DescriptorFactory(Plan(spec), "r1", []).Create(0, 0, 0, 1, []).Definition;
}
