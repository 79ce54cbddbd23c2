using System.CommandLine;
using Executor.Cluster;
using Executor.Hosting;

namespace Executor.Cli;

/// <summary>The options that say which cluster a command works with; the same for all commands on runs. Each has a variable for pods.</summary>
internal sealed class ClusterArguments
{
    private readonly Option<string> _backend = new("--backend")
    {
        Description = "local: processes of this machine. kubernetes: Jobs of a cluster. Default: $EXECUTOR_BACKEND, else local.",
        DefaultValueFactory = _ => Variable(ClusterVariables.Backend) ?? Local,
    };

    private readonly Option<string?> _kubeconfig = new("--kubeconfig") { Description = "The kubeconfig. Default: as kubectl's; in a pod its service account.", HelpName = "FILE" };

    private readonly Option<string?> _context = new("--context") { Description = "The kubeconfig's context. Default: its current one.", HelpName = "NAME" };

    private readonly Option<string?> _namespace = new("--namespace", "-n")
    {
        Description = "The namespace. Default: $EXECUTOR_NAMESPACE, else the context's, or the pod's own.",
        HelpName = "NAME",
    };

    private readonly Option<string> _registry = new("--image-registry")
    {
        Description = "What the product's images are named below. Default: $EXECUTOR_IMAGE_REGISTRY, else executor.",
        DefaultValueFactory = _ => Variable(ClusterVariables.Registry) ?? DefaultRegistry,
        HelpName = "PREFIX",
    };

    private readonly Option<string> _tag = new("--image-tag")
    {
        Description = "The product's images' tag. Default: $EXECUTOR_IMAGE_TAG, else the executor's version.",
        DefaultValueFactory = _ => Variable(ClusterVariables.Tag) ?? Version,
        HelpName = "TAG",
    };

    private readonly Option<string?> _image = new("--image") { Description = "The image of commands and scripts whose task names none.", HelpName = "IMAGE" };

    private const string DefaultRegistry = "executor";
    private const string Local = "local";

    private static string Version => typeof(ClusterArguments).Assembly.GetName().Version?.ToString(3) ?? "latest";

    /// <summary>Adds those that every command on runs has.</summary>
    public void AddTo(Command command)
    {
        _backend.AcceptOnlyFromAmong(Local, ClusterVariables.Kubernetes);
        command.Add(_backend);
        command.Add(_kubeconfig);
        command.Add(_context);
        command.Add(_namespace);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_backend) == ClusterVariables.Kubernetes && Variable(ClusterVariables.Store) is { } found && StoreAddress.TryParse(found) is null)
            {
                result.AddError($"${ClusterVariables.Store}: found '{found}', expected the store's address, such as http://executor-store:8815");
            }
        });
    }

    /// <summary>Adds those that change what a run's objects look like, for a command that reaches no cluster.</summary>
    public void AddManifestsTo(Command command)
    {
        _backend.AcceptOnlyFromAmong(Local, ClusterVariables.Kubernetes);
        command.Add(_backend);
        command.Add(_namespace);
        AddImagesTo(command);
    }

    /// <summary>Adds those that a command has that starts pods.</summary>
    public void AddImagesTo(Command command)
    {
        command.Add(_registry);
        command.Add(_tag);
        command.Add(_image);
    }

    /// <summary>Which cluster, and which store if one is told; null for this machine.</summary>
    public ClusterOptions? Options(ParseResult parsed, StoreAddress store)
    {
        if (parsed.GetRequiredValue(_backend) != ClusterVariables.Kubernetes)
        {
            return null;
        }

        var registry = parsed.GetValue(_registry) ?? Variable(ClusterVariables.Registry) ?? DefaultRegistry;
        var tag = parsed.GetValue(_tag) ?? Variable(ClusterVariables.Tag) ?? Version;
        var isTold = parsed.GetResult(_registry) is { Implicit: false } || parsed.GetResult(_tag) is { Implicit: false };
        return new ClusterOptions
        {
            Kubeconfig = parsed.GetValue(_kubeconfig),
            Context = parsed.GetValue(_context),
            NamespaceName = parsed.GetValue(_namespace) ?? Variable(ClusterVariables.NamespaceName),
            Store = store.Uris.Count > 0 ? store.Uris : Variable(ClusterVariables.Store) is { } addresses ? StoreAddress.TryParse(addresses) : null,
            StoreKeyFile = store.KeyFile ?? Variable(ClusterVariables.StoreKeyFile),
            StoreAuthorities = store.Authorities,
            StoreServerName = store.ServerName ?? Variable(ClusterVariables.StoreServerName),
            DriverCpu = Variable(ClusterVariables.DriverCpu) ?? "500m",
            DriverMemory = Variable(ClusterVariables.DriverMemory) ?? "512Mi",
            Images = new ClusterImages
            {
                Runner = Image(ClusterVariables.RunnerImage, "task-runner"),
                Dotnet = Image(ClusterVariables.DotnetImage, "dotnet-task"),
                Driver = Image(ClusterVariables.DriverImage, "executor"),
                Store = Image(ClusterVariables.StoreImage, "shuffle-store"),
                Default = parsed.GetValue(_image) ?? Variable(ClusterVariables.DefaultImage),
                PullPolicy = Variable(ClusterVariables.PullPolicy),
                PullSecrets = Variable(ClusterVariables.PullSecrets)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            },
        };

        // What is said on the command line wins over any variable.
        string Image(string variable, string name) => (isTold ? null : Variable(variable)) ?? $"{registry}/{name}:{tag}";
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
