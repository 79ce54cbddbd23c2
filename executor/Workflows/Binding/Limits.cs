namespace Executor.Workflows.Binding;

/// <summary>The sizes that a workflow file may have, chosen so that what comes of it fits a process's arguments and environment.</summary>
internal static class Limits
{
    /// <summary>Bytes of an ordinary text: a path, an image, a name.</summary>
    public const int TextBytes = 4096;

    /// <summary>Bytes of one item of a fan-out, and of one parameter's value.</summary>
    public const int ItemBytes = 8192;

    /// <summary>Bytes of one element of a command, a script among them: Linux allows 128 KiB for one argument.</summary>
    public const int ArgumentBytes = 120 * 1024;

    /// <summary>Bytes of an environment variable's value.</summary>
    public const int EnvironmentBytes = 32 * 1024;

    /// <summary>Elements of a command.</summary>
    public const int Arguments = 4096;

    /// <summary>Tasks of a workflow.</summary>
    public const int Tasks = 10_000;

    /// <summary>Inputs, outputs, predecessors and other short lists of a task.</summary>
    public const int ShortList = 256;

    /// <summary>Parameters of a workflow, environment variables of a task.</summary>
    public const int Variables = 1000;

    /// <summary>Instances of a task.</summary>
    public const int Instances = 1_000_000;

    /// <summary>Partitions of an output.</summary>
    public const int Partitions = 65_536;

    /// <summary>Retries of one kind.</summary>
    public const int Retries = 1000;
}
