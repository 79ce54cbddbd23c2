using System.CommandLine;
using Executor.Cli;
using Executor.Cluster;
using Executor.Hosting;
using Xunit;

namespace Executor.Tests.Cli;

/// <summary>Sets variables of this process, so that these tests run one after the other and alone.</summary>
[Collection(nameof(ClusterArgumentsTests))]
[CollectionDefinition(nameof(ClusterArgumentsTests), DisableParallelization = true)]
public sealed class ClusterArgumentsTests : IDisposable
{
    private readonly Dictionary<string, string?> _before = [];

    public void Dispose()
    {
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    [Fact]
    public void Without_a_backend_runs_are_this_machines()
    {
        Assert.Null(Options());
        Set(ClusterVariables.Backend, "kubernetes");
        Assert.NotNull(Options());
        Assert.Null(Options("--backend", "local"));
    }

    [Fact]
    public void The_defaults_name_the_products_images()
    {
        var options = Options("--backend", "kubernetes")!;
        Assert.Matches(@"^executor/task-runner:\d+\.\d+\.\d+$", options.Images.Runner);
        Assert.StartsWith("executor/dotnet-task:", options.Images.Dotnet, StringComparison.Ordinal);
        Assert.StartsWith("executor/executor:", options.Images.Driver, StringComparison.Ordinal);
        Assert.StartsWith("executor/shuffle-store:", options.Images.Store, StringComparison.Ordinal);
        Assert.Equal((null, null, null, null), (options.NamespaceName, options.Store, options.StoreKeyFile, options.Images.Default));
        Assert.Empty(options.Images.PullSecrets);
    }

    [Fact]
    public void Every_variable_counts_where_no_option_is_given()
    {
        Set(ClusterVariables.Backend, "kubernetes");
        Set(ClusterVariables.NamespaceName, "team");
        Set(ClusterVariables.Store, "http://pods:8815,http://10.0.0.1:8815");
        Set(ClusterVariables.StoreKeyFile, "/keys/master.key");
        Set(ClusterVariables.StoreServerName, "executor-store.team.svc");
        Set(ClusterVariables.Registry, "registry.example/executor");
        Set(ClusterVariables.Tag, "7");
        Set(ClusterVariables.RunnerImage, "my/runner:1");
        Set(ClusterVariables.DefaultImage, "my/python:3");
        Set(ClusterVariables.PullPolicy, "Always");
        Set(ClusterVariables.PullSecrets, "a, b,");
        var options = Options()!;
        Assert.Equal(("team", "/keys/master.key"), (options.NamespaceName, options.StoreKeyFile));
        Assert.Equal([new Uri("http://pods:8815"), new Uri("http://10.0.0.1:8815")], options.Store);
        Assert.Equal("executor-store.team.svc", options.StoreServerName);
        Assert.Equal("my/runner:1", options.Images.Runner);
        Assert.Equal("registry.example/executor/dotnet-task:7", options.Images.Dotnet);
        Assert.Equal(("my/python:3", "Always"), (options.Images.Default, options.Images.PullPolicy));
        Assert.Equal(["a", "b"], options.Images.PullSecrets);

        Set(ClusterVariables.DotnetImage, "my/dotnet:1");
        Set(ClusterVariables.DriverImage, "my/driver:1");
        Set(ClusterVariables.StoreImage, "my/store:1");
        Assert.Equal(("my/dotnet:1", "my/driver:1", "my/store:1"), (Options()!.Images.Dotnet, Options()!.Images.Driver, Options()!.Images.Store));
    }

    [Fact]
    public void What_is_said_on_the_command_line_wins()
    {
        Set(ClusterVariables.NamespaceName, "team");
        Set(ClusterVariables.Registry, "registry.example/executor");
        Set(ClusterVariables.RunnerImage, "my/runner:1");
        Set(ClusterVariables.DefaultImage, "my/python:3");
        var options = Options("--backend", "kubernetes", "-n", "other", "--image-tag", "9", "--image", "mine:1", "--kubeconfig", "file", "--context", "c")!;
        Assert.Equal(("other", "file", "c"), (options.NamespaceName, options.Kubeconfig, options.Context));
        Assert.Equal("registry.example/executor/task-runner:9", options.Images.Runner);
        Assert.Equal("mine:1", options.Images.Default);
    }

    [Fact]
    public void A_stores_address_that_is_none_is_refused_with_the_variables_name()
    {
        Set(ClusterVariables.Store, "executor-store");
        var (_, parsed) = Parse("--backend", "kubernetes");
        Assert.Equal(
            "$EXECUTOR_STORE: found 'executor-store', expected the store's address, such as http://executor-store:8815", parsed.Errors.Single().Message);
        Assert.Empty(Parse().Parsed.Errors);
    }

    private static ClusterOptions? Options(params string[] words)
    {
        var (arguments, parsed) = Parse(words);
        Assert.Empty(parsed.Errors);
        return arguments.Options(parsed, StoreAddress.Embedded);
    }

    private static (ClusterArguments Arguments, ParseResult Parsed) Parse(params string[] words)
    {
        var arguments = new ClusterArguments();
        var command = new RootCommand();
        arguments.AddTo(command);
        arguments.AddImagesTo(command);
        return (arguments, command.Parse(words));
    }

    private void Set(string name, string value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}
