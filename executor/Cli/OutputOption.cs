using System.CommandLine;

namespace Executor.Cli;

/// <summary>The option for people's text or a program's JSON.</summary>
internal static class OutputOption
{
    private const string Json = "json";

    /// <summary>The option.</summary>
    public static Option<string> Create()
    {
        var option = new Option<string>("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        option.AcceptOnlyFromAmong("text", Json);
        return option;
    }

    /// <summary>True if JSON was asked for.</summary>
    public static bool IsJson(this ParseResult parsed, Option<string> option) => parsed.GetRequiredValue(option) == Json;
}
