using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Reporting;

/// <summary>What <see cref="EnvironmentNames.LogFormat"/> may be.</summary>
internal static class LogFormats
{
    /// <summary>The log as it is.</summary>
    public const string Text = "text";

    /// <summary>One JSON object a line (<see cref="JsonLogLines"/>).</summary>
    public const string Json = "json";
}
