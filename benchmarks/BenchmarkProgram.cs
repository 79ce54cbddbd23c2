using Executor.Benchmarks.ClusterScale;
using Executor.Benchmarks.Flight;
using Executor.Benchmarks.Measuring;
using Executor.Benchmarks.Pods;
using Executor.Benchmarks.Processes;
using Executor.Benchmarks.Running;
using Executor.Benchmarks.S3;
using Executor.Benchmarks.Scheduling;
using Executor.Benchmarks.Shuffle;
using Executor.Benchmarks.Sizing;
using Executor.Benchmarks.Sizing.Plots;
using Executor.Benchmarks.Tasks;
using Executor.Benchmarks.Tls;
using Executor.Benchmarks.WordCount;

namespace Executor.Benchmarks;

/// <summary>The command line: a benchmark's name and its options, or a part that a benchmark starts as a process of its own.</summary>
internal static class BenchmarkProgram
{
    private static readonly IBenchmark[] Benchmarks =
    [
        new ShuffleBenchmark(),
        new FlightBenchmark(),
        new SchedulerBenchmark(),
        new ClusterScaleBenchmark(),
        new TasksBenchmark(),
        new WordCountBenchmark(),
        new TlsBenchmark(),
        new S3Benchmark(),
        new PodsBenchmark(),
        new SizingBenchmark(),
        new SizingPlots(),
    ];

    internal static async Task<int> RunAsync(string[] args)
    {
        try
        {
            switch (args)
            {
                case []:
                case ["list" or "--help" or "-h"]:
                    List();
                    return args.Length == 0 ? 2 : 0;
                case [StoreProcess.Role, .. var rest]:
                    await StoreRole.RunAsync(Options.Parse(rest));
                    return 0;
                case [RelayProcess.Role, .. var rest]:
                    await RelayRole.RunAsync(Options.Parse(rest));
                    return 0;
                case [ClientProcess.Role, .. var rest]:
                    await ClientRole.RunAsync(Options.Parse(rest));
                    return 0;
                case [SchedulerRole.Name, .. var rest]:
                    await SchedulerRole.RunAsync(Options.Parse(rest));
                    return 0;
                case [ScaleRole.Name, .. var rest]:
                    await ScaleRole.RunAsync(Options.Parse(rest));
                    return 0;
                case [FakeNodesRole.Name, .. var rest]:
                    await FakeNodesRole.RunAsync(Options.Parse(rest));
                    return 0;
                case [FakeServerRole.Name, .. var rest]:
                    await FakeServerRole.RunAsync(Options.Parse(rest));
                    return 0;
                case [var name, .. var rest] when Benchmarks.FirstOrDefault(benchmark => benchmark.Name == name) is { } chosen:
                    Machine.Describe(Console.Out);
                    await chosen.RunAsync(Options.Parse(rest), Console.Out);
                    return 0;
                default:
                    Console.Error.WriteLine($"there is no benchmark '{args[0]}'; 'list' names all");
                    return 2;
            }
        }
        catch (OptionException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 2;
        }
        catch (PartMissingException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 3;
        }
    }

    private static void List()
    {
        Console.WriteLine("usage: dotnet run --project benchmarks -c Release -- NAME [--option value ...]");
        foreach (var benchmark in Benchmarks)
        {
            Console.WriteLine();
            Console.WriteLine($"{benchmark.Name}  {benchmark.Summary}");
            foreach (var (option, meaning) in benchmark.Options)
            {
                Console.WriteLine($"    --{option,-12} {meaning}");
            }
        }
    }
}
