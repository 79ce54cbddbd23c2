using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Cluster.Tests.Harness;
using Executor.Kubernetes.Client;
using Executor.TestKit;

namespace Cluster.Tests.Runs;

/// <summary>
/// What is accounted for programs that are known to use so much and no more, in the pods' own cgroups. Python and the runner use something, too: what a program
/// that does nothing uses on the same node is taken off.
/// </summary>
[Collection(nameof(AccountingTests))]
public sealed class AccountingTests(SharedInstallation shared)
{
    private const double Tolerance = 0.02;
    private const long MiB = 1 << 20;

    // What runner, shell and interpreter use differs from run to run by a few hundredths of a second: two percent of this many are far more.
    private const double BurntSeconds = 15;

    // What every program below burns that the others are compared with, so that the interpreter's start is in both.
    private const double BaseSeconds = 0.25;

    // The first program to read a file on a node is charged for its pages, which the others then find in memory: that is what "warm" is for.
    private static readonly string Programs = """
        defaults: {resources: {cpu: "1", memory: 640Mi}, nodeSelector: {kubernetes.io/hostname: node1}}
        tasks:
          - {name: warm, script: "python3 -c 'import os, resource, time'"}
          - name: holds
            after: [base]
            script: |
              python3 -c 'import os, time; block = bytearray(b"x") * (384 << 20); time.sleep(2.5)'
          - name: caches
            after: [holds]
            script: |
              python3 - <<'PROGRAM'
              import os, time
              with open("/tmp/pages", "wb") as file:
                  for _ in range(384): file.write(b"x" * (1 << 20))
              PROGRAM
          - {name: brief, after: [base], script: "sleep 0.05"}
        """ + Burning("base", "warm", BaseSeconds) + Burning("burns", "base", BaseSeconds + BurntSeconds)
            + Forking("idles", "base", 0, 0, BaseSeconds) + Forking("forks", "burns", 96, BurntSeconds / 5, BaseSeconds + BurntSeconds);

    private static string Burning(string name, string after, double seconds) => string.Create(CultureInfo.InvariantCulture, $$"""

          - name: {{name}}
            after: [{{after}}]
            script: |
              python3 - <<'PROGRAM'
              import os, time
              while time.process_time() < {{seconds}}: pass
              PROGRAM
        """);

    // Four children at a time, each with a block of its own. A child has written to some of the interpreter's pages, which are its own from then on. What a child's start
    // and end cost is known to the kernel alone, and the parent burns what is left of the whole.
    private static string Forking(string name, string after, int mebibytes, double childSeconds, double seconds) => string.Create(CultureInfo.InvariantCulture, $$"""

          - name: {{name}}
            after: [{{after}}]
            script: |
              python3 - <<'PROGRAM'
              import os, resource, time
              ready, is_ready = os.pipe()
              go, goes = os.pipe()
              for _ in range(4):
                  if os.fork() == 0:
                      os.close(goes)
                      block = bytearray(b"x") * ({{mebibytes}} << 20)
                      os.write(is_ready, b".")
                      os.read(go, 1)
                      while time.process_time() < {{childSeconds}}: pass
                      os._exit(0)
              seen = 0
              while seen < 4: seen += len(os.read(ready, 4))
              os.close(goes)
              for _ in range(4): os.wait()
              children = resource.getrusage(resource.RUSAGE_CHILDREN)
              while time.process_time() + children.ru_utime + children.ru_stime < {{seconds}}: pass
              PROGRAM
        """);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Known_programs_are_accounted_for_to_two_percent()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("known", Programs);
        (await installation.ExecutorAsync("run", workflow, "--run-id", "known")).Expect(0);
        var rows = await RowsAsync(installation, "known");
        Assert.All(rows, row => Assert.Equal(("Succeeded", "exit", "node1", "Guaranteed"), (Text(row, "cause"), Text(row, "measure_source"), Text(row, "node"), Text(row, "qos"))));
        Assert.All(rows, row => Assert.StartsWith("sha256:", Text(row, "image_digest"), StringComparison.Ordinal));

        var own = rows.ToDictionary(row => Text(row, "task"));
        double Beyond(string task, string column, string idle = "base") => Number(own[task], column) - Number(own[idle], column);
        Near(384 * MiB, Beyond("holds", "memory_peak_bytes"));
        Near(384 * MiB, Beyond("forks", "memory_peak_bytes", "idles"));
        Near(BurntSeconds, Beyond("burns", "cpu_used_s"));
        Near(BurntSeconds, Beyond("forks", "cpu_used_s", "idles"));

        // Pages of files are in the peak, with what the kernel needs to know of each (a buffer head of 104 bytes for 4 KiB), and are told apart from what the program holds.
        Assert.InRange(Beyond("caches", "memory_peak_bytes"), 384 * MiB, 1.04 * 384 * MiB);
        Near(384 * MiB, Beyond("holds", "memory_peak_anon_bytes"));
        Assert.InRange(Number(own["caches"], "memory_peak_anon_bytes"), 1, 96 * MiB);

        // What lived for 50 ms has a full row.
        var brief = own["brief"];
        Assert.True(Number(brief, "run_s") >= 0.05, brief.ToJsonString());
        Assert.All((string[])["cpu_used_s", "memory_peak_bytes", "elapsed_s", "cost"], column => Assert.True(Number(brief, column) > 0, $"{column} of {brief.ToJsonString()}"));
        await installation.WhenReleasedAsync("known");
    }

    [Fact]
    public async Task A_long_task_has_used_what_its_kubelet_says()
    {
        var installation = await shared.GetAsync(Cancellation);
        var workflow = installation.WriteWorkflow("summary", """
            tasks:
              - name: long
                resources: {cpu: "1", memory: 256Mi}
                script: |
                  python3 - <<'PROGRAM'
                  import os, time
                  while time.process_time() < 15: pass
                  while not os.path.exists("/tmp/go"): time.sleep(0.2)
                  PROGRAM
            """);
        await using var program = installation.Start("run", workflow, "--run-id", "summary");
        var pod = await installation.WhenRunningAsync("summary", "long");

        // The kubelet measures every ten seconds or so; the program waits meanwhile and uses next to nothing.
        double told = 0;
        await Poll.UntilAsync(
            async () => (told = await KubeletCpuSecondsAsync(installation, pod.Spec!.NodeName!, pod.Metadata.Name!)) >= BurntSeconds,
            TimeSpan.FromMinutes(3),
            () => $"the kubelet to tell of {BurntSeconds} s of CPU; it told of {told:0.00}",
            Cancellation);
        await installation.Client.Pods(installation.Namespace)
            .ExecAsync(pod.Metadata.Name!, ["touch", "/tmp/go"], new PodExecOptions { Container = "task" }, Cancellation);
        (await program.WaitAsync(Cancellation)).Expect(0);

        var row = Assert.Single(await RowsAsync(installation, "summary"));
        Near(told, Number(row, "cpu_used_s"));
        Assert.Equal(pod.Metadata.Uid, Text(row, "pod_uid"));
    }

    private static async Task<double> KubeletCpuSecondsAsync(Installation installation, string node, string pod)
    {
        var summary = JsonNode.Parse((await installation.KubectlAsync(["get", "--raw", $"/api/v1/nodes/{node}/proxy/stats/summary"])).Expect(0).Output)!;
        var container = summary["pods"]!.AsArray().FirstOrDefault(item => (string?)item!["podRef"]!["name"] == pod)?["containers"]?.AsArray()
            .FirstOrDefault(item => (string?)item!["name"] == "task");
        return ((double?)container?["cpu"]?["usageCoreNanoSeconds"] ?? 0) / 1e9;
    }

    private static async Task<IReadOnlyList<JsonObject>> RowsAsync(Installation installation, string run)
    {
        var report = (await installation.ExecutorAsync("report", run, "--output", "json", "--rows")).Expect(0).Output;
        return [.. report.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject()).Where(item => item.ContainsKey("pod_uid"))];
    }

    private static string Text(JsonObject row, string column) => (string?)row[column] ?? "";

    private static double Number(JsonObject row, string column) => (double?)row[column] ?? double.NaN;

    private static void Near(double expected, double actual, [CallerArgumentExpression(nameof(actual))] string what = "") => Assert.True(
        Math.Abs(actual - expected) <= expected * Tolerance,
        string.Create(CultureInfo.InvariantCulture, $"{what}: found {actual}, expected {expected} within {Tolerance:P0}"));
}
