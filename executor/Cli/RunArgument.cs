using System.CommandLine;
using System.CommandLine.Parsing;
using Executor.Contracts.Identity;

namespace Executor.Cli;

/// <summary>The argument of the commands on one run.</summary>
internal static class RunArgument
{
    /// <summary>A run's id.</summary>
    public static Argument<string> Create()
    {
        var argument = new Argument<string>("RUN") { Description = "The run's id; `executor ls` shows what there is." };
        argument.Validators.Add(Check);
        return argument;
    }

    /// <summary>One or more ids.</summary>
    public static Argument<string[]> CreateMany()
    {
        var argument = new Argument<string[]>("RUN")
        {
            Description = "The runs' ids; `executor ls` shows what there is.",
            Arity = ArgumentArity.OneOrMore,
        };
        argument.Validators.Add(Check);
        return argument;
    }

    private static void Check(ArgumentResult result)
    {
        foreach (var token in result.Tokens.Where(token => !Names.IsValid(token.Value)))
        {
            result.AddError($"RUN: found '{token.Value}', expected 1 to {Names.MaxLength} of a-z, 0-9 and '-', not at the ends");
        }
    }
}
