namespace Executor.Flight;

/// <summary>An action that a server knows.</summary>
/// <param name="Type">The action's name.</param>
/// <param name="Description">What it does.</param>
public sealed record FlightActionType(string Type, string Description);
