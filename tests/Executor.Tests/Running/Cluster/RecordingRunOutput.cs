using System.Collections.Concurrent;
using Executor.Cluster.Usage;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Driving;
using Executor.Planning;
using Executor.Running;
using Executor.Shuffle.Channel;

namespace Executor.Tests.Running.Cluster;

/// <summary>Keeps what is shown of a run.</summary>
internal sealed class RecordingRunOutput : IRunOutput
{
    public ConcurrentQueue<string> Notices { get; } = [];

    public ConcurrentQueue<AttemptRow> Attempts { get; } = [];

    public ConcurrentQueue<RunProgress> Progresses { get; } = [];

    public ConcurrentQueue<LiveUsage> Usages { get; } = [];

    public void Started(string run, RunPlan plan, string machine)
    {
    }

    public void Progress(RunProgress progress) => Progresses.Enqueue(progress);

    public void Usage(LiveUsage usage) => Usages.Enqueue(usage);

    public void AttemptEnded(AttemptRow attempt) => Attempts.Enqueue(attempt);

    public void Notice(string message) => Notices.Enqueue(message);

    public void Log(AttemptId attempt, string line)
    {
    }

    public void Output(SealRecord seal, bool isResult)
    {
    }

    public Task ResultAsync(IShuffleChannel channel, SealId seal, SealRecord record, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Written(OutputId output, string path)
    {
    }

    public void Finished(string run, RunResult result, AttemptSums sums, TimeSpan elapsed, int exitCode)
    {
    }
}
