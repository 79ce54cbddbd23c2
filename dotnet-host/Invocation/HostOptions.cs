namespace Executor.DotnetHost.Invocation;

/// <summary>The command line.</summary>
/// <param name="Assembly">The full path of the assembly with the task.</param>
/// <param name="Type">The task type's name; null where the assembly has exactly one.</param>
internal sealed record HostOptions(string Assembly, string? Type)
{
    public const string Usage = "usage: dotnet-host --assembly PATH [--type NAME]";

    /// <summary>Reads the command line; options may stand in any order, as <c>--option value</c>.</summary>
    public static HostOptions Parse(ReadOnlySpan<string> arguments)
    {
        string? assembly = null;
        string? type = null;
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--assembly":
                    assembly = value ?? throw Wrong("--assembly needs a path");
                    break;
                case "--type":
                    type = value ?? throw Wrong("--type needs a name");
                    break;
                default:
                    throw Wrong($"unknown argument '{arguments[i]}'");
            }
        }

        if (assembly is null)
        {
            throw Wrong("--assembly is missing");
        }

        var path = Path.GetFullPath(assembly);
        return File.Exists(path) ? new HostOptions(path, type) : throw new HostException($"there is no assembly {path}");
    }

    private static HostException Wrong(string what) => new($"{what}\n{Usage}");
}
