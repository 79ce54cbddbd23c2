using System.Collections.Concurrent;
using Executor.Driving;

namespace Executor.Tests.Driving;

/// <summary>Keeps all that it is told.</summary>
internal sealed class RecordingObserver : IRunObserver
{
    public ConcurrentQueue<AttemptRow> Attempts { get; } = new();

    public ConcurrentQueue<string> Notices { get; } = new();

    public RunProgress? Last { get; private set; }

    public void Progress(RunProgress progress) => Last = progress;

    public void AttemptEnded(AttemptRow attempt) => Attempts.Enqueue(attempt);

    public void Notice(string message) => Notices.Enqueue(message);
}
