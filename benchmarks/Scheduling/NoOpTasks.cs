using System.Collections.Concurrent;
using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Launching.InProcess;

namespace Executor.Benchmarks.Scheduling;

/// <summary>
/// Attempts that do nothing but commit; one in a hundred first tries fails instead. Counts what was started and what should not have been:
/// an attempt of an instance whose commit had been acknowledged before.
/// </summary>
internal sealed class NoOpTasks
{
    private static readonly byte[] Schema = MessageEncoder.EncodeSchema(new Schema([new Field("n", Int64Type.Default, true)], null)).ToArray();
    private readonly ConcurrentDictionary<InstanceId, bool> _committed = new();
    private int _started;
    private int _failed;
    private int _repeated;

    internal int Started => _started;

    internal int Failed => _failed;

    internal int RunAfterCommit => _repeated;

    internal async Task<int> RunAsync(InProcessAttempt attempt, CancellationToken cancellationToken)
    {
        var id = attempt.Descriptor.Attempt;
        Interlocked.Increment(ref _started);
        if (_committed.ContainsKey(id.Instance))
        {
            Interlocked.Increment(ref _repeated);
        }

        if (id.Attempt == 1 && id.Index % 100 == 7)
        {
            Interlocked.Increment(ref _failed);
            return 1;
        }

        await attempt.Channel!.CommitAsync(
            new CommitRecord
            {
                Writer = new WriterId(id, attempt.Incarnation),
                Definition = attempt.Descriptor.Definition,
                TaskDefinition = attempt.Descriptor.TaskDefinition,
                Outputs = [new OutputCommit { Name = Graphs.OutputName, Schema = Schema }],
            },
            cancellationToken);
        _committed[id.Instance] = true;
        return 0;
    }
}
