using System.Globalization;
using System.Text;
using Executor.Sizing.Replaying;

namespace Executor.Tests.Sizing;

/// <summary>A made-up trace with the shapes that real ones have: constant, growing with the input, growing while small ones end first, two kinds, and short.</summary>
internal static class SyntheticTrace
{
    public static WorkflowTrace Read(int seed)
    {
        using var text = new StringReader(Text(seed));
        return TraceReader.Read(text, $"synthetic, seed {seed}");
    }

    public static string Text(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder("task_id\tprocess\tstatus\tsubmit\tstart\tcomplete\trealtime\trchar\tpeak_rss\tmemory\n");
        var id = 0;
        for (var sample = 0; sample < 150; sample++)
        {
            var input = (0.2 + random.NextDouble()) * 4e9;
            var start = sample * 30_000.0;
            Add("constant", 2e9 * Noise(0.01), 900, 4e9);
            Add("linear", (0.3e9 + (0.8 * input)) * Noise(0.03), 300 + (input / 1e7), 16e9);
            Add("root", 3e4 * Math.Sqrt(input) * Noise(0.05), 200 + (input / 2e7), 8e9);
            Add("two-kinds", (sample % 7 == 3 ? 6e9 : 1.5e9) * Noise(0.02), 400, 12e9);
            Add("short", 8e7 * Noise(0.3), 2, 5e8);

            void Add(string process, double peak, double seconds, double preset)
            {
                var begin = start + (random.NextDouble() * 1000);
                var line = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{++id}\t{process}\tCOMPLETED\t{start:0}\t{begin:0}\t{begin + (seconds * 1000):0}\t{seconds * 1000:0}\t{input:0}\t{peak:0}\t{preset:0}");
                text.Append(line).Append('\n');
            }
        }

        return text.ToString();

        double Noise(double share) => 1 + (share * ((2 * random.NextDouble()) - 1));
    }
}
