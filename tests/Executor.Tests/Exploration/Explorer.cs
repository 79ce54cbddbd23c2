using System.Diagnostics;

namespace Executor.Tests.Exploration;

/// <summary>What exploring a world came to.</summary>
/// <param name="States">Distinct states seen.</param>
/// <param name="Steps">Steps taken between them.</param>
/// <param name="Ends">Distinct states in which nothing can happen any more, but for faults.</param>
/// <param name="Depth">The most steps from the beginning.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="IsComplete">False if the bound on states was reached.</param>
/// <param name="Counterexample">The first broken promise with the steps that lead to it; null if all hold.</param>
internal sealed record Exploration(int States, long Steps, int Ends, int Depth, TimeSpan Elapsed, bool IsComplete, string? Counterexample);

/// <summary>
/// Visits every state that a world can reach, depth first, each once. As no state is reached again from itself, and the run has ended in every
/// state in which nothing can happen, every order of events ends the run.
/// </summary>
internal static class Explorer
{
    public static Exploration Explore(World start, int maxStates)
    {
        var watch = Stopwatch.StartNew();
        var seen = new HashSet<UInt128>();
        var onPath = new HashSet<UInt128>();
        var path = new List<Frame>();
        long taken = 0;
        var ends = 0;
        var depth = 0;
        Exploration Result(string? counterexample, bool complete) =>
            new(seen.Count, taken, ends, depth, watch.Elapsed, complete, counterexample);

        Frame Enter(string name, World world, UInt128 key)
        {
            seen.Add(key);
            onPath.Add(key);
            var steps = world.Steps();
            if (steps.All(step => step.IsFault))
            {
                ends++;
                world.CheckDeadEnd();
            }

            return new Frame(name, key, new Queue<Step>(steps));
        }

        path.Add(Enter("the beginning", start, start.Key()));
        while (path.Count > 0)
        {
            var frame = path[^1];
            if (!frame.Steps.TryDequeue(out var step))
            {
                onPath.Remove(frame.Key);
                path.RemoveAt(path.Count - 1);
                continue;
            }

            taken++;
            try
            {
                var world = step.Apply();
                var key = world.Key();
                if (onPath.Contains(key))
                {
                    throw new BrokenPromiseException("promise 5: this leads back to an earlier state, so that it may go on for ever");
                }

                if (seen.Contains(key))
                {
                    continue;
                }

                if (seen.Count >= maxStates)
                {
                    return Result(null, complete: false);
                }

                path.Add(Enter(step.Name, world, key));
                depth = Math.Max(depth, path.Count);
            }
            catch (BrokenPromiseException broken)
            {
                var steps = path.Skip(1).Select(f => f.Name).Append(step.Name).Select((name, i) => $"{i + 1,4}. {name}");
                return Result($"{broken.Message}\n{string.Join('\n', steps.Distinct())}", complete: false);
            }
        }

        return Result(null, complete: true);
    }

    private sealed record Frame(string Name, UInt128 Key, Queue<Step> Steps);
}
