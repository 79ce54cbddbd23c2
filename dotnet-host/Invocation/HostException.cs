namespace Executor.DotnetHost.Invocation;

/// <summary>The host was called wrongly: its command line, its environment, or what they name cannot be used. Exit code 2.</summary>
internal sealed class HostException(string message, Exception? inner = null) : Exception(message, inner);
