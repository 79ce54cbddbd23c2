using System.CommandLine;
using Executor.Contracts.Identity;

namespace Executor.Cli;

/// <summary>The argument of the commands on one run.</summary>
internal static class RunArgument
{
    /// <summary>A run's id.</summary>
    public static Argument<string> Create()
    {
        var argument = new Argument<string>("RUN") { Description = "The run's id; `executor ls` shows what there is." };
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !Names.IsValid(result.Tokens[0].Value))
            {
                result.AddError($"RUN: found '{result.Tokens[0].Value}', expected 1 to {Names.MaxLength} of a-z, 0-9 and '-', not at the ends");
            }
        });
        return argument;
    }
}
