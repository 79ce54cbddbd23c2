using Executor.Building;
using Executor.Bundling;
using Executor.Contracts.Records;
using Executor.Planning;
using Executor.Running;
using Executor.TestKit;
using Executor.Tests.Driving;
using Xunit;

namespace Executor.Tests.Running;

public sealed class CodeStagingTests : IDisposable
{
    private const string Run = "r1";

    private readonly TemporaryDirectory _folder = new("executor-staging-");
    private readonly MemoryRunRecords _records = new();
    private readonly DotnetTaskBuilder _tasks;

    public CodeStagingTests()
    {
        _tasks = new DotnetTaskBuilder(_folder.PathOf("state"));
        _folder.Write("scripts/run.sh", "echo 1");
        _folder.Write("built/Task.dll", "an assembly");
        _folder.Write("built/Library.dll", "another");
        _folder.Write(
            "q.yaml",
            """
            apiVersion: executor.dev/v1alpha1
            kind: Workflow
            metadata: {name: q}
            spec:
              tasks:
                - {name: a, command: [x], code: scripts}
                - {name: b, command: [x], code: ./scripts/}
                - {name: c, dotnet: {source: built/Task.dll}}
                - {name: d, dotnet: {assembly: /app/Task.dll, type: Acme.D}, image: app:1}
            """);
    }

    public void Dispose()
    {
        _tasks.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Attempts_elsewhere_find_folders_and_assemblies_in_the_records()
    {
        var plan = Plan();
        var locations = await StageAsync(plan, packsAssemblies: true);

        var (scripts, assembly) = (locations[plan.Tasks[0].Code!.Folder], locations[plan.Tasks[2].Dotnet!.Source]);
        Assert.Equal(2, locations.Count);
        Assert.Null(scripts.Assembly);
        Assert.Equal("Task.dll", assembly.Assembly);
        Assert.NotEqual(scripts.Bundle, assembly.Bundle);
        Assert.Contains(RecordKeys.Blob(scripts.Bundle!.Manifest), _records.Keys);
        Assert.Contains(RecordKeys.Blob(assembly.Bundle!.Manifest), _records.Keys);
    }

    [Fact]
    public async Task Attempts_here_find_folders_in_the_records_and_assemblies_where_they_are()
    {
        var plan = Plan();
        var refused = await Assert.ThrowsAsync<TaskBuildException>(() => StageAsync(plan, packsAssemblies: false));
        Assert.Contains("/app/Task.dll on this machine", refused.Message, StringComparison.Ordinal);

        var locations = await StageAsync(plan with { Tasks = [.. plan.Tasks.Take(3)] }, packsAssemblies: false);

        Assert.Equal(new CodeLocation(null, _folder.PathOf("built", "Task.dll")), locations[plan.Tasks[2].Dotnet!.Source]);
        Assert.Contains(RecordKeys.Blob(locations[plan.Tasks[0].Code!.Folder].Bundle!.Manifest), _records.Keys);
    }

    [Fact]
    public async Task A_folder_that_changed_since_it_was_planned_is_told()
    {
        var plan = Plan();
        _folder.Write("scripts/run.sh", "echo 2");

        var refused = await Assert.ThrowsAsync<BundleException>(() => StageAsync(plan, packsAssemblies: false));

        Assert.Contains("scripts was changed since the workflow was read", refused.Message, StringComparison.Ordinal);
    }

    private RunPlan Plan() => WorkflowPlanner.Plan(_folder.PathOf("q.yaml"), new Dictionary<string, string>()).Resolved!.Plan;

    private async Task<IReadOnlyDictionary<string, CodeLocation>> StageAsync(RunPlan plan, bool packsAssemblies)
    {
        var staging = new CodeStaging(_tasks, new BundleBuilder(_folder.PathOf("bundles"), TimeProvider.System));
        var staged = await staging.BuildAsync(plan, packsAssemblies, TestContext.Current.CancellationToken);
        return await staged.PutAsync(_records, Run, TestContext.Current.CancellationToken);
    }
}
