using System.Reflection;
using System.Runtime.Loader;
using Executor.Arrow;
using Executor.Contracts.Descriptors;
using Executor.DotnetHost.Invocation;
using Executor.Sdk;

namespace Executor.DotnetHost.Loading;

/// <summary>
/// Loads a task's assembly and what it was built with from its own folder, whatever versions the host has; only the assemblies that
/// the task and the host speak to each other through are the host's.
/// </summary>
internal sealed class TaskLoadContext(string assembly) : AssemblyLoadContext("task")
{
    private static readonly Assembly[] Shared = [typeof(ITask).Assembly, typeof(RecordBatch).Assembly, typeof(DataBinding).Assembly];
    private readonly AssemblyDependencyResolver _resolver = new(assembly);

    /// <summary>Loads the task's assembly itself.</summary>
    public Assembly LoadTask()
    {
        try
        {
            return LoadFromAssemblyPath(assembly);
        }
        catch (BadImageFormatException e)
        {
            throw new HostException($"{assembly} is not a .NET assembly: {e.Message}", e);
        }
        catch (FileLoadException e)
        {
            throw new HostException($"{assembly} cannot be loaded: {e.Message}", e);
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        foreach (var shared in Shared)
        {
            if (shared.GetName().Name == assemblyName.Name)
            {
                return shared;
            }
        }

        return _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
