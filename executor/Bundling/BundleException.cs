namespace Executor.Bundling;

/// <summary>A folder of code cannot become a bundle. The message names the folder or file and what is wrong with it.</summary>
internal sealed class BundleException(string message, Exception? innerException = null) : Exception(message, innerException);
