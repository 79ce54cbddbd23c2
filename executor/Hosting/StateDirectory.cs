namespace Executor.Hosting;

/// <summary>
/// Where embedded runs keep what they are made of:
/// <code>
/// STATE/
///   store/       the embedded shuffle store's objects: records, segments, logs
///   store.key    its master key, readable by the owner alone
///   attempts/    files of attempts that run now
///   builds/      .NET tasks built from source
///   bundles/     folders of code, packed; what a month did not use goes when another comes
/// </code>
/// </summary>
internal sealed class StateDirectory
{
    /// <summary>The variable that names the folder where no option does.</summary>
    public const string Variable = "EXECUTOR_STATE";

    private StateDirectory(string path) => Root = path;

    public string Root { get; }

    public string Store => Path.Combine(Root, "store");

    public string KeyFile => Path.Combine(Root, "store.key");

    public string Attempts => Path.Combine(Root, "attempts");

    public string Builds => Path.Combine(Root, "builds");

    public string Bundles => Path.Combine(Root, "bundles");

    /// <summary>
    /// The folder named by the option, else by <c>EXECUTOR_STATE</c>, else <c>$XDG_STATE_HOME/executor</c>, else <c>~/.local/state/executor</c>;
    /// made if missing, with no rights for others. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public static StateDirectory Open(string? option)
    {
        var path = Path.GetFullPath(
            option
            ?? NonEmpty(Environment.GetEnvironmentVariable(Variable))
            ?? Path.Combine(
                NonEmpty(Environment.GetEnvironmentVariable("XDG_STATE_HOME"))
                    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
                "executor"));
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new StateDirectory(path);
    }

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
