namespace Architecture.Tests;

/// <summary>
/// What this repository holds itself to. A folder stands for the project in it, <c>x/*</c> for every project below <c>x</c>,
/// <c>*</c> for any. A project that no row names is a violation too: give it a row.
/// </summary>
internal static class Rules
{
    /// <summary>Which projects a project may reference. The first row that fits counts.</summary>
    public static readonly DependencyRule[] Dependencies =
    [
        // project                        may reference
        new("contracts"),
        new("protocols/arrow"),
        new("protocols/grpc"),
        new("protocols/kubernetes"),
        new("protocols/grpc-aspnetcore", "protocols/grpc"),
        new("protocols/flight", "protocols/grpc", "protocols/arrow"),
        new("protocols/flight-aspnetcore", "protocols/flight", "protocols/grpc-aspnetcore", "protocols/grpc", "protocols/arrow"),
        new("sdk", "contracts", "protocols/arrow"),
        new("shuffle/channel", "contracts", "protocols/*"),
        new("shuffle/engine", "contracts", "protocols/*", "shuffle/channel"),
        new("shuffle/*", "contracts", "protocols/*", "shuffle/*"),
        new("dotnet-host", "contracts", "protocols/*", "sdk"),
        new("task-runner", "contracts", "protocols/*", "shuffle/channel"),
        new("shuffle-store", "contracts", "protocols/*", "shuffle/*"),
        new("executor", "contracts", "protocols/*", "sdk", "shuffle/*"),
        new("examples/*", "contracts", "protocols/arrow", "sdk"),
        new("benchmarks", "*"),
        new("tests/*", "*"),
    ];

    /// <summary>References that only order the build (<c>ReferenceOutputAssembly="false"</c>): an app that ships next to another.</summary>
    public static readonly BuildOrderRule[] BuildOrder =
    [
        new("executor", "task-runner"),
        new("executor", "dotnet-host"),
    ];

    /// <summary>Packages that only some source projects may reference, by the folder's name.</summary>
    public static readonly PackageRule[] Packages =
    [
        new("AWSSDK.", OnlyInFolders: @"(^|[/-])S3$"),
    ];

    /// <summary>Namespaces that only some source folders may use; <c>*/x</c> stands for x at any depth.</summary>
    public static readonly NamespaceRule[] Namespaces =
    [
        new("Amazon", OnlyIn: ["*/S3", "*/*-s3"]),
        new("Spectre.Console", OnlyIn: ["executor/Cli"]),
        new("System.CommandLine", OnlyIn:
        [
            "executor/Cli",
            "task-runner/Program.cs", "task-runner/Hosting",
            "shuffle-store/Program.cs", "shuffle-store/Hosting",
        ]),
        new("YamlDotNet", OnlyIn: ["executor/Cli", "executor/Workflows/Yaml", "protocols/kubernetes/Config"]),
        new("Polly", NotIn: ["contracts", "executor/Scheduling", "executor/Workflows", "protocols/arrow"]),
    ];

    /// <summary>What no line of a file may contain, and the file names that it is looked for in.</summary>
    public static readonly TextRule[] ForbiddenText =
    [
        new(@"\b(TODO|FIXME)\b", InFiles: @"(?<!\.md)$", "finish it or leave it out"),
        new(@"\bNotImplementedException\b", InFiles: @"\.cs$", "no stubs"),
        new(@"(?<![\w.~$})\]-])/(root|work|home/\w+|Users/\w+)(?![\w.-])", InFiles: "", "no path of one machine"),
        new(@"(?i)\b[a-z]:\\Users\\", InFiles: "", "no path of one machine"),
    ];

    /// <summary>The most lines a source file may have.</summary>
    public const int MaxSourceLines = 600;

    /// <summary>How a decision record is named; no two may have the same number.</summary>
    public const string DecisionRecordName = @"^docs/adr/(?<number>\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md$";

    /// <summary>Folders whose projects are not part of the product.</summary>
    public static readonly string[] NotSource = ["tests", "benchmarks", "examples"];
}

internal sealed record DependencyRule(string Project, params string[] MayReference);

internal sealed record BuildOrderRule(string Project, string MayWaitFor);

internal sealed record PackageRule(string Prefix, string OnlyInFolders);

internal sealed record NamespaceRule(string Namespace, string[]? OnlyIn = null, string[]? NotIn = null);

internal sealed record TextRule(string Pattern, string InFiles, string Reason);
