using Executor.Building;
using Executor.Planning;
using Xunit;

namespace Executor.Sdk.Tests.Building;

/// <summary>The builder with the real .NET SDK.</summary>
public sealed class DotnetTaskBuilderTests : IDisposable
{
    private const string Source = """
        using Executor.Arrow;
        using Executor.Arrow.Types;
        using Executor.Sdk;

        public sealed class One : ITask
        {
            public Schema Schema { get; } = new([new Field("n", Int64Type.Default, nullable: false)]);

            public IAsyncEnumerable<RecordBatch> RunAsync(TaskContext context, CancellationToken cancellationToken) =>
                new[] { new RecordBatch(Schema, [new Int64Array.Builder().Append(1).Build()], 1) }.ToAsyncEnumerable();
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("executor-builder-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_single_file_is_built_once_and_runs()
    {
        var source = Write("One.cs", Source);
        using var builder = Builder();
        var assembly = await builder.BuildAsync(new PlannedDotnetTask(source, null), Cancelled);
        var written = File.GetLastWriteTimeUtc(assembly);

        using var another = Builder();
        Assert.Equal(assembly, await another.BuildAsync(new PlannedDotnetTask(source, null), Cancelled));
        Assert.Equal(written, File.GetLastWriteTimeUtc(assembly));
        Assert.Empty(Directory.GetDirectories(State("dotnet"), "building-*"));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(assembly)!, "Executor.*"));

        var run = await HostProcess.RunAsync(assembly, null, outputs: [HostProcess.Stdout("n")]);
        Assert.Equal([1], run.Numbers());
    }

    [Fact]
    public async Task A_changed_file_is_another_assembly()
    {
        var source = Write("One.cs", Source);
        using var builder = Builder();
        var first = await builder.BuildAsync(new PlannedDotnetTask(source, null), Cancelled);
        Write("One.cs", Source + "// changed");
        Assert.NotEqual(first, await builder.BuildAsync(new PlannedDotnetTask(source, null), Cancelled));
    }

    [Fact]
    public async Task Two_builders_at_once_agree()
    {
        var task = new PlannedDotnetTask(Write("One.cs", Source), null);
        using var first = Builder();
        using var second = Builder();
        var built = await Task.WhenAll(first.BuildAsync(task, Cancelled), second.BuildAsync(task, Cancelled));
        Assert.Equal(built[0], built[1]);
        Assert.True(File.Exists(built[0]));
    }

    [Fact]
    public async Task Settings_of_the_folders_above_do_not_matter()
    {
        Write("Directory.Build.props", """
            <Project><PropertyGroup>
              <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              <TargetFramework>net1.0</TargetFramework>
            </PropertyGroup></Project>
            """);
        Write("Directory.Packages.props", "<Project>broken");
        Write("global.json", """{ "sdk": { "version": "1.0.0", "rollForward": "disable" } }""");
        using var builder = Builder();
        Assert.True(File.Exists(await builder.BuildAsync(new PlannedDotnetTask(Write("One.cs", Source + "\n#warning mind"), null), Cancelled)));
    }

    [Fact]
    public async Task The_compilers_errors_name_file_line_and_code()
    {
        var source = Write("Broken.cs", Source.Replace("Append(1)", "Append(one)", StringComparison.Ordinal) + "\nclass A { int B() => nothing; }\n");
        using var builder = Builder();
        var error = await Assert.ThrowsAsync<TaskBuildException>(() => builder.BuildAsync(new PlannedDotnetTask(source, null), Cancelled));
        Assert.Equal(
            [
                new CompilerError(source, 12, 22, "CS0103", "The name 'nothing' does not exist in the current context"),
                new CompilerError(source, 10, 74, "CS0103", "The name 'one' does not exist in the current context"),
            ],
            error.Errors.OrderByDescending(e => e.Line));
        Assert.StartsWith($"{source} does not build:\n  {source}(", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_is_built_beside_its_folder_and_again_when_it_changes()
    {
        Write("One.cs", Source);
        var project = Write("Mine.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <AssemblyName>Renamed</AssemblyName>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="$(ExecutorSdkPath)/Executor.Sdk.dll" Private="false" />
                <Reference Include="$(ExecutorSdkPath)/Executor.Arrow.dll" Private="false" />
              </ItemGroup>
            </Project>
            """);
        using var builder = Builder();
        var task = new PlannedDotnetTask(project, null);
        var first = await builder.BuildAsync(task, Cancelled);
        Assert.Equal("Renamed.dll", Path.GetFileName(first));
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "source", "obj")));
        using var another = Builder();
        Assert.Equal([first, first], await Task.WhenAll(builder.BuildAsync(task, Cancelled), another.BuildAsync(task, Cancelled)));

        Write("One.cs", Source.Replace("Append(1)", "Append(2)", StringComparison.Ordinal));
        var second = await builder.BuildAsync(task, Cancelled);
        Assert.NotEqual(first, second);
        var run = await HostProcess.RunAsync(second, "One", outputs: [HostProcess.Stdout("n")]);
        Assert.Equal([2], run.Numbers());

        Write("One.cs", "class");
        var error = await Assert.ThrowsAsync<TaskBuildException>(() => builder.BuildAsync(task, Cancelled));
        Assert.Contains(error.Errors, e => e is { Code: "CS1001", Line: 1 });
    }

    [Theory]
    [InlineData("Lineitem.cs")]
    [InlineData("Q1.cs")]
    public async Task The_examples_build(string file)
    {
        using var builder = Builder();
        var source = Path.Combine(AppContext.BaseDirectory, "examples", "tpch", file);
        Assert.True(File.Exists(await builder.BuildAsync(new PlannedDotnetTask(source, null), Cancelled)));
    }

    [Fact]
    public async Task An_assembly_is_taken_as_it_is()
    {
        using var builder = Builder();
        var assembly = typeof(TaskBodies.Count).Assembly.Location;
        Assert.Equal(assembly, await builder.BuildAsync(new PlannedDotnetTask(assembly, null), Cancelled));
    }

    [Theory]
    [InlineData("Missing.cs", "there is no file")]
    [InlineData("Task.txt", "expected a .dll, a .csproj or a .cs file")]
    public async Task Other_sources_are_refused(string file, string reason)
    {
        Write("Task.txt", "");
        using var builder = Builder();
        var source = Path.Combine(_folder.FullName, "source", file);
        var error = await Assert.ThrowsAsync<TaskBuildException>(() => builder.BuildAsync(new PlannedDotnetTask(source, null), Cancelled));
        Assert.Contains(source, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nowhere", null, "there is no dotnet in PATH")]
    [InlineData(null, "/nowhere/dotnet", "DOTNET_HOST_PATH names /nowhere/dotnet, which does not exist")]
    [InlineData(null, "/etc/passwd", "/etc/passwd cannot be started")]
    public async Task A_missing_SDK_is_said(string? path, string? hostPath, string reason)
    {
        using var builder = new DotnetTaskBuilder(
            State(""), AppContext.BaseDirectory, TimeProvider.System, name => name == "PATH" ? path : name == "DOTNET_HOST_PATH" ? hostPath : null);
        var error = await Assert.ThrowsAsync<TaskBuildException>(
            () => builder.BuildAsync(new PlannedDotnetTask(Write("One.cs", Source), null), Cancelled));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private DotnetTaskBuilder Builder() => new(State(""));

    private string State(string name) => Path.Combine(_folder.FullName, "state", name);

    private string Write(string file, string content)
    {
        var path = Path.Combine(_folder.FullName, "source", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }
}
