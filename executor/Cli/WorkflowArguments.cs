using System.CommandLine;
using Executor.Contracts.Reporting;

namespace Executor.Cli;

/// <summary>The arguments that all commands on a workflow file have in common.</summary>
internal sealed class WorkflowArguments
{
    private readonly Argument<string> _file = new("FILE") { Description = "The workflow file." };

    private readonly Option<string[]> _parameters = new("--parameter", "-p")
    {
        Description = "A parameter's value, name=value; may be given several times.",
        HelpName = "name=value",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_file);
        command.Add(_parameters);
    }

    /// <summary>The workflow file.</summary>
    public string File(ParseResult parsed) => parsed.GetRequiredValue(_file);

    /// <summary>
    /// The parameters; null where one is not written as it should be, which was told then and means <see cref="ExitCodes.InvalidInput"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Parameters(ParseResult parsed, CliConsole console)
    {
        var parameters = new Dictionary<string, string>();
        var errors = new List<string>();
        foreach (var text in parsed.GetRequiredValue(_parameters))
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                errors.Add($"--parameter: found '{text}', expected name=value");
            }
            else if (!parameters.TryAdd(text[..equals], text[(equals + 1)..]))
            {
                errors.Add($"--parameter {text[..equals]}: given twice");
            }
        }

        console.WriteErrors(errors);
        return errors.Count == 0 ? parameters : null;
    }
}
