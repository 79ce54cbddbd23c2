using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;

namespace Executor.DotnetHost.Invocation;

/// <summary>What the runner tells a body in environment variables; see <see cref="EnvironmentNames"/>.</summary>
internal sealed record BodyEnvironment
{
    public required string RunId { get; init; }

    public required string Task { get; init; }

    public required int Index { get; init; }

    public required int Attempt { get; init; }

    public required string? Item { get; init; }

    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public required IReadOnlyList<DataBinding> Inputs { get; init; }

    public required IReadOnlyList<DataBinding> Outputs { get; init; }

    public required string? ProgressPath { get; init; }

    /// <summary>
    /// Reads the variables. What is not set has the value that a task run by hand would have: index 0, attempt 1, nothing else.
    /// </summary>
    public static BodyEnvironment Read(Func<string, string?> variable)
    {
        var environment = new BodyEnvironment
        {
            RunId = variable(EnvironmentNames.RunId) ?? "",
            Task = variable(EnvironmentNames.Task) ?? "",
            Index = Number(variable, EnvironmentNames.Index, 0),
            Attempt = Number(variable, EnvironmentNames.Attempt, 1),
            Item = variable(EnvironmentNames.Item),
            Parameters = Json(variable, EnvironmentNames.Parameters, ContractsJson.Default.IReadOnlyDictionaryStringString)
                ?? new Dictionary<string, string>(),
            Inputs = Json(variable, EnvironmentNames.Inputs, ContractsJson.Default.DataBindingArray) ?? [],
            Outputs = Json(variable, EnvironmentNames.Outputs, ContractsJson.Default.DataBindingArray) ?? [],
            ProgressPath = variable(EnvironmentNames.ProgressFile),
        };
        RequireOneStream(environment.Inputs, EnvironmentNames.Inputs);
        RequireOneStream(environment.Outputs, EnvironmentNames.Outputs);
        return environment;
    }

    private static void RequireOneStream(IReadOnlyList<DataBinding> bindings, string name)
    {
        string[] streams = [.. bindings.Where(binding => binding.Path == "-").Select(binding => binding.Name)];
        if (streams.Length > 1)
        {
            throw new HostException($"{name} binds more than one entry to '-': {string.Join(", ", streams)}");
        }
    }

    private static int Number(Func<string, string?> variable, string name, int fallback) => variable(name) switch
    {
        null => fallback,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw new HostException($"{name} is '{text}', expected a whole number"),
    };

    private static T? Json<T>(Func<string, string?> variable, string name, JsonTypeInfo<T> type)
        where T : class
    {
        if (variable(name) is not { } text)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException e)
        {
            throw new HostException($"{name} is not the JSON that is expected there: {e.Message}", e);
        }
    }
}
