using System.CommandLine;
using System.CommandLine.Parsing;
using Executor.Cluster;
using Executor.Contracts.Reporting;
using Executor.Hosting;
using Executor.Running;
using Executor.Shuffle.Channel.Flight;

namespace Executor.Cli;

/// <summary>The options that say where runs are kept; the same for all commands on runs.</summary>
internal sealed class StoreOptions
{
    private readonly Option<string?> _state = new("--state")
    {
        Description = $"The folder of embedded runs. Default: ${StateDirectory.Variable}, else ~/.local/state/executor.",
        HelpName = "DIR",
    };

    private readonly Option<IReadOnlyList<Uri>?> _store = new("--store")
    {
        Description = "A shuffle store that runs elsewhere, http://host:port or https://host:port, of several pods joined by commas or repeated; the embedded one, or the namespace's, if left out.",
        HelpName = "URL",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = ParseUris,
    };

    private readonly Option<string?> _keyFile = new("--store-key-file")
    {
        Description = "The file with that store's master key.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _authorities = new("--store-ca-file")
    {
        Description = "PEM file of the authorities that the certificate of an https store comes from. Default: ca.crt beside the key, else the system's.",
        HelpName = "FILE",
        CustomParser = ReadAuthorities,
    };

    private readonly Option<string?> _serverName = new("--store-server-name")
    {
        Description = "The name that the certificate is for. Default: the host in --store.",
        HelpName = "NAME",
    };

    /// <summary>Which cluster.</summary>
    public ClusterArguments Cluster { get; } = new();

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_state);
        command.Add(_store);
        command.Add(_keyFile);
        command.Add(_authorities);
        command.Add(_serverName);
        Cluster.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_store) is { Implicit: false } != result.GetResult(_keyFile) is { Implicit: false })
            {
                result.AddError("--store and --store-key-file are given together or not at all");
            }

            if (result.GetResult(_authorities) is not null && (result.GetResult(_store) is null || result.GetValue(_store) is [{ Scheme: "http" }, ..]))
            {
                result.AddError("--store-ca-file goes with the https address of a --store");
            }

            if (result.GetResult(_serverName) is not null && result.GetResult(_store) is null)
            {
                result.AddError("--store-server-name goes with --store");
            }
        });
    }

    /// <summary>The state folder's option.</summary>
    public string? State(ParseResult parsed) => parsed.GetValue(_state);

    /// <summary>The store that is told; where none is, that of this machine's runs.</summary>
    public StoreAddress Store(ParseResult parsed) => parsed.GetValue(_store) is { Count: > 0 } uris
        ? new StoreAddress(uris, parsed.GetValue(_keyFile)) { Authorities = parsed.GetValue(_authorities), ServerName = parsed.GetValue(_serverName) }
        : StoreAddress.Embedded;

    /// <summary>The cluster and its store; null where runs are this machine's.</summary>
    public ClusterOptions? ClusterOf(ParseResult parsed) => Cluster.Options(parsed, Store(parsed));

    /// <summary>
    /// Opens the store and does something with it. A store that cannot be used is told on the error writer and means
    /// <see cref="ExitCodes.InfrastructureUnavailable"/>.
    /// </summary>
    public Task<int> WithStoreAsync(
        ParseResult parsed, CliConsole console, Func<StoreConnection, Task<int>> action, CancellationToken cancellationToken) =>
        WithStoreAsync(parsed, console, (store, _) => action(store), cancellationToken);

    /// <summary>The same with the cluster that the store is in; null where runs are this machine's.</summary>
    public async Task<int> WithStoreAsync(
        ParseResult parsed, CliConsole console, Func<StoreConnection, ClusterConnection?, Task<int>> action, CancellationToken cancellationToken)
    {
        try
        {
            if (ClusterOf(parsed) is { } options)
            {
                using var cluster = ClusterConnection.Open(options, TimeProvider.System);
                await using var remote = await ClusterStore.ConnectAsync(cluster, options, cancellationToken);
                return await action(remote, cluster);
            }

            await using var store = await StoreConnection.OpenAsync(Store(parsed), StateDirectory.Open(State(parsed)), cancellationToken);
            return await action(store, null);
        }
        catch (Exception exception) when (RunFailures.ExitCodeOf(exception) is { } exitCode)
        {
            console.Error.WriteLine($"executor: {exception.Message}");
            return exitCode;
        }
    }

    private static string? ReadAuthorities(ArgumentResult argument)
    {
        var file = argument.Tokens.Single().Value;
        try
        {
            var authorities = File.ReadAllText(file);
            if (StoreTrust.ComplaintOf(authorities) is not { } complaint)
            {
                return authorities;
            }

            argument.AddError($"--store-ca-file: {file} {complaint}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            argument.AddError($"--store-ca-file: {exception.Message}");
        }

        return null;
    }

    private static IReadOnlyList<Uri>? ParseUris(ArgumentResult argument)
    {
        var text = string.Join(',', argument.Tokens.Select(token => token.Value));
        if (StoreAddress.TryParse(text) is { } uris)
        {
            return uris;
        }

        argument.AddError($"--store: found '{text}', expected http://host:port or https://host:port, or several of the same kind joined by commas");
        return null;
    }
}
