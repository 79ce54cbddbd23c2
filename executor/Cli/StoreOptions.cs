using System.CommandLine;
using System.CommandLine.Parsing;
using Executor.Contracts.Reporting;
using Executor.Hosting;

namespace Executor.Cli;

/// <summary>The options that say where runs are kept; the same for all commands on runs.</summary>
internal sealed class StoreOptions
{
    private readonly Option<string?> _state = new("--state")
    {
        Description = $"The folder of embedded runs. Default: ${StateDirectory.Variable}, else ~/.local/state/executor.",
        HelpName = "DIR",
    };

    private readonly Option<Uri?> _store = new("--store")
    {
        Description = "A shuffle store that runs elsewhere, http://host:port; the embedded one if left out.",
        HelpName = "URL",
        CustomParser = ParseUri,
    };

    private readonly Option<string?> _keyFile = new("--store-key-file")
    {
        Description = "The file with that store's master key.",
        HelpName = "FILE",
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_state);
        command.Add(_store);
        command.Add(_keyFile);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_store) is { Implicit: false } != result.GetResult(_keyFile) is { Implicit: false })
            {
                result.AddError("--store and --store-key-file are given together or not at all");
            }
        });
    }

    /// <summary>The state folder's option.</summary>
    public string? State(ParseResult parsed) => parsed.GetValue(_state);

    /// <summary>The store.</summary>
    public StoreAddress Store(ParseResult parsed) =>
        parsed.GetValue(_store) is { } uri ? new StoreAddress(uri, parsed.GetValue(_keyFile)) : StoreAddress.Embedded;

    /// <summary>
    /// Opens the store and does something with it. A store that cannot be used is told on the error writer and means
    /// <see cref="ExitCodes.InfrastructureUnavailable"/>.
    /// </summary>
    public async Task<int> WithStoreAsync(
        ParseResult parsed, CliConsole console, Func<StoreConnection, Task<int>> action, CancellationToken cancellationToken)
    {
        try
        {
            await using var store = await StoreConnection.OpenAsync(Store(parsed), StateDirectory.Open(State(parsed)), cancellationToken);
            return await action(store);
        }
        catch (Exception exception) when (StoreConnection.IsUnavailable(exception))
        {
            console.Error.WriteLine($"executor: {exception.Message}");
            return ExitCodes.InfrastructureUnavailable;
        }
    }

    private static Uri? ParseUri(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps))
        {
            return uri;
        }

        argument.AddError($"--store: found '{text}', expected http://host:port or https://host:port");
        return null;
    }
}
