using Executor.Cluster.Usage;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Planning;
using Executor.Shuffle.Channel;

namespace Executor.Running;

/// <summary>Shows a run to whoever started it: to people as text, to programs as JSON. Called by one thread at a time.</summary>
internal interface IRunOutput
{
    /// <summary>The run begins, or goes on.</summary>
    void Started(string run, RunPlan plan, string machine);

    /// <summary>Where the run stands.</summary>
    void Progress(RunProgress progress);

    /// <summary>What attempts that run use now, where a cluster tells.</summary>
    void Usage(LiveUsage usage);

    /// <summary>An attempt is over.</summary>
    void AttemptEnded(AttemptRow attempt);

    /// <summary>Something to know that ends nothing.</summary>
    void Notice(string message);

    /// <summary>A line that an attempt's body wrote to standard error.</summary>
    void Log(AttemptId attempt, string line);

    /// <summary>What an output holds, once the run has succeeded.</summary>
    void Output(SealRecord seal, bool isResult);

    /// <summary>A result, once the run has succeeded.</summary>
    Task ResultAsync(IShuffleChannel channel, SealId seal, SealRecord record, CancellationToken cancellationToken);

    /// <summary>A result was written to a file.</summary>
    void Written(OutputId output, string path);

    /// <summary>The run has ended.</summary>
    void Finished(string run, RunResult result, AttemptSums sums, TimeSpan elapsed, int exitCode);
}
