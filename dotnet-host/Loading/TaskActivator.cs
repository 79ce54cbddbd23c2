using System.Reflection;
using Executor.DotnetHost.Invocation;
using Executor.Sdk;

namespace Executor.DotnetHost.Loading;

/// <summary>Finds the task type in an assembly and makes an object of it.</summary>
internal static class TaskActivator
{
    /// <summary>Makes the task: of the named type, or of the only task type where none is named.</summary>
    public static ITask Create(Assembly assembly, string? name)
    {
        var type = Find(assembly, name);
        if (type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []) is not { } constructor)
        {
            throw new HostException($"the task type {type.FullName} has no constructor without parameters");
        }

        return (ITask)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, null, null);
    }

    private static Type Find(Assembly assembly, string? name)
    {
        // The usual case, a full name, costs no look at the other types.
        if (name is not null && assembly.GetType(name) is { } exact)
        {
            return IsTask(exact)
                ? exact
                : throw new HostException(
                    $"the type {name} in {Describe(assembly)} is not a task: {WhyNot(exact)}. {Candidates(TasksOf(assembly))}");
        }

        var tasks = TasksOf(assembly);
        var matches = name is null ? tasks : [.. tasks.Where(type => type.Name == name)];
        return matches switch
        {
            [var single] => single,
            [] when name is null => throw new HostException(
                $"{Describe(assembly)} has no task type, that is no class that implements {typeof(ITask).FullName}"),
            [] => throw new HostException($"there is no task type {name} in {Describe(assembly)}. {Candidates(tasks)}"),
            _ when name is null => throw new HostException(
                $"{Describe(assembly)} has several task types; name one with 'type'. {Candidates(matches)}"),
            _ => throw new HostException(
                $"several task types in {Describe(assembly)} are called {name}; give the full name. {Candidates(matches)}"),
        };
    }

    private static Type[] TasksOf(Assembly assembly)
    {
        try
        {
            return [.. assembly.GetTypes().Where(IsTask).OrderBy(type => type.FullName, StringComparer.Ordinal)];
        }
        catch (ReflectionTypeLoadException e)
        {
            var causes = e.LoaderExceptions.Select(cause => cause?.Message).Distinct().Take(3);
            throw new HostException($"types of {Describe(assembly)} cannot be loaded: {string.Join("; ", causes)}", e);
        }
    }

    private static bool IsTask(Type type) =>
        type is { IsAbstract: false, IsClass: true, ContainsGenericParameters: false } && type.IsAssignableTo(typeof(ITask));

    private static string WhyNot(Type type) => type switch
    {
        _ when !type.IsAssignableTo(typeof(ITask)) => $"it does not implement {typeof(ITask).FullName}",
        { IsAbstract: true } => "it is abstract",
        { ContainsGenericParameters: true } => "it is generic",
        _ => "it is not a class",
    };

    private static string Candidates(Type[] tasks) => tasks.Length == 0
        ? "The assembly has no task types."
        : $"Its task types are: {string.Join(", ", tasks.Select(type => type.FullName))}";

    private static string Describe(Assembly assembly) => Path.GetFileName(assembly.Location);
}
