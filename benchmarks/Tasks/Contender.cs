using System.Globalization;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Processes;

namespace Executor.Benchmarks.Tasks;

/// <summary>A command that is measured again and again.</summary>
/// <param name="Name">What it is called in the report.</param>
/// <param name="RunAsync">Runs it once.</param>
internal sealed record Contender(string Name, Func<Task<CommandCost>> RunAsync)
{
    /// <summary>What it took, a round each.</summary>
    internal List<CommandCost> Costs { get; } = [];

    /// <summary>Runs all in turns; one round more than counted goes first, for caches that the disk and the kernel keep.</summary>
    internal static async Task MeasureAsync(IReadOnlyList<Contender> contenders, int rounds)
    {
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var contender in contenders)
            {
                var cost = await contender.RunAsync();
                if (round > 0)
                {
                    contender.Costs.Add(cost);
                }
            }
        }
    }

    /// <summary>Tells all beside the last, the peer.</summary>
    internal static void Write(IReadOnlyList<Contender> contenders, TextWriter report, int tasks)
    {
        var peer = contenders[^1];
        var table = new MarkdownTable("", "wall s", "CPU s", "CPU ms per task", "wall / peer", "CPU / peer");
        foreach (var contender in contenders)
        {
            table.Add(
                contender.Name,
                Spread.Of(contender.Costs.Select(cost => cost.WallSeconds)).ToString("0.00"),
                Spread.Of(contender.Costs.Select(cost => cost.CpuSeconds)).ToString("0.00"),
                Spread.Of(contender.Costs.Select(cost => cost.CpuSeconds * 1000 / tasks)).ToString("0.0"),
                contender == peer ? "1" : Spread.Ratio(contender.Costs.Select(cost => cost.WallSeconds), peer.Costs.Select(cost => cost.WallSeconds)).ToString("0.0"),
                contender == peer ? "1" : Spread.Ratio(contender.Costs.Select(cost => cost.CpuSeconds), peer.Costs.Select(cost => cost.CpuSeconds)).ToString("0.0"));
        }

        table.WriteTo(report);
        report.WriteLine(string.Create(CultureInfo.InvariantCulture, $"({tasks} tasks; peer: {peer.Name})"));
    }
}
