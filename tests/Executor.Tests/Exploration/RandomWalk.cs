using System.Globalization;

namespace Executor.Tests.Exploration;

/// <summary>One random order of events through a world that is too large to be explored in full.</summary>
internal static class RandomWalk
{
    // Faults are a part of all that can happen at almost any time: taken as often as everything else they would all come first.
    private const double FaultShare = 0.1;

    /// <summary>Goes from a world to an end. The same seed goes the same way.</summary>
    /// <returns>The number of steps.</returns>
    /// <exception cref="BrokenPromiseException">A promise is broken; the message ends with the steps that lead there.</exception>
    public static int Take(World start, int seed)
    {
        var random = new Random(seed);
        var taken = new List<string>();
        var world = start;
        try
        {
            while (true)
            {
                var steps = world.Steps().ToLookup(step => step.IsFault);
                var orderly = steps[false].ToArray();
                var faults = steps[true].ToArray();
                if (orderly.Length == 0)
                {
                    world.CheckDeadEnd();
                    return taken.Count;
                }

                var choice = faults.Length > 0 && random.NextDouble() < FaultShare ? faults : orderly;
                var step = choice[random.Next(choice.Length)];
                taken.Add(step.Name);
                world = step.Apply();
            }
        }
        catch (BrokenPromiseException broken)
        {
            var steps = taken.Select((name, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1,4}. {name}"));
            throw new BrokenPromiseException($"seed {seed}: {broken.Message}\n{string.Join('\n', steps)}");
        }
    }
}
