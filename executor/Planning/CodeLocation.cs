using Executor.Contracts.Descriptors;

namespace Executor.Planning;

/// <summary>Where attempts find the code of a task: in the store, or, for a .NET task, on this machine.</summary>
/// <param name="Bundle">The bundle to fetch; null where the code lies on this machine.</param>
/// <param name="Assembly">A .NET task's assembly: its path inside the bundle, or its full path on this machine; null for a command.</param>
internal sealed record CodeLocation(CodeBundle? Bundle, string? Assembly);
