using System.CommandLine;
using System.Globalization;

namespace Executor.Cli;

/// <summary>An option for an amount of dollars.</summary>
internal static class PriceOption
{
    /// <summary>The option; negative and infinite amounts are refused.</summary>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="description">What for.</param>
    /// <param name="standard">The amount if it is left out.</param>
    public static Option<double> Create(string name, string description, double standard) => new(name)
    {
        Description = description,
        HelpName = "DOLLARS",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars) || !double.IsFinite(dollars))
            {
                result.AddError($"{name}: found '{text}', expected dollars, 0 or more");
            }

            return dollars;
        },
    };
}
