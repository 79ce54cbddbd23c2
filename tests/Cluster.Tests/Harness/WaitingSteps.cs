using Executor.Kubernetes.Models;
using Executor.TestKit.Processes;

namespace Cluster.Tests.Harness;

/// <summary>
/// A workflow of tasks after one another, each of which waits until the test lets it go, so that a test knows where the run stands. Each hands on the rows of the one
/// before it and a row of its own, which names the pod that wrote it: the answer tells which pods it is from.
/// </summary>
internal static class WaitingSteps
{
    /// <summary>The tasks, from first to last.</summary>
    public static IReadOnlyList<string> Tasks { get; } = ["one", "two", "three"];

    /// <summary>What belongs below <c>spec</c>.</summary>
    public static string Spec { get; } = $"tasks:\n{string.Concat(Tasks.Select((task, step) => Step(task, step == 0 ? null : Tasks[step - 1])))}results: [{Tasks[^1]}.rows]";

    /// <summary>Checks the answer that a command has printed: the row of each of these pods, in order, and no other.</summary>
    public static void AssertAnswer(ProgramResult result, params IEnumerable<V1Pod> pods) => Assert.Equal(
        Tasks.Zip(pods, (task, pod) => $"answer {task} {pod.Metadata.Uid}"),
        Installation.Answers(result.Expect(0)));

    private static string Step(string task, string? before) => $$"""
          - name: {{task}}
            image: {{Installation.BusyBox}}{{(before is null ? "" : $"\n    inputs: [{{from: {before}.rows, read: all}}]\n    stdin: {before}.rows")}}
            script: |
              echo "begun" >&2
              until [ -e /tmp/go ]; do sleep 0.1; done
              {{(before is null ? ":" : "/bin/busybox cat")}}
              echo "answer {{task}} $EXECUTOR_INCARNATION"
            stdout: rows
            outputs: [{name: rows, format: lines}]

        """;
}
