using Cluster.Tests.Harness;

namespace Cluster.Tests.Runs;

/// <summary>The runner comes into any image, and code and descriptors come to the runner.</summary>
public sealed class InjectionTests(SharedInstallation shared)
{
    [Theory]
    [InlineData("executor/busybox:dev")]
    [InlineData("executor/python-task:dev")]
    public async Task The_runner_is_injected_into_an_image_with_a_root_that_cannot_be_written_to(string image)
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var run = image.Contains("busybox", StringComparison.Ordinal) ? "injected-small" : "injected-debian";
        var workflow = installation.WriteWorkflow(run, $$"""
            tasks:
              - name: look
                image: {{image}}
                securityContext: {readOnlyRootFilesystem: true}
                script: |
                  if echo x 2>/dev/null > /written; then echo "the root can be written to"; exit 1; fi
                  id -u
                stdout: user
                outputs: [{name: user, format: lines}]
            results: [look.user]
            """);
        Assert.Contains("65532", (await installation.ExecutorAsync("run", workflow, "--run-id", run)).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_scripts_travels_through_the_store_and_so_does_a_descriptor_that_is_too_large_for_a_Job()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        Directory.CreateDirectory(installation.PathOf("tools"));
        await File.WriteAllTextAsync(installation.PathOf("tools", "say.sh"), "echo \"said $1 by $EXECUTOR_TASK\"\n", TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("carried", $$"""
            tasks:
              - name: say
                image: executor/busybox:dev
                code: tools
                env: {PADDING: "{{new string('x', 20_000)}}"}
                command: [/bin/sh, -c, '[ ${#PADDING} = 20000 ] && . ./say.sh hello']
                stdout: words
                outputs: [{name: words, format: lines}]
            results: [say.words]
            """);
        var result = (await installation.ExecutorAsync("run", workflow, "--run-id", "carried", "--results", installation.PathOf("carried"), "--format", "csv")).Expect(0);
        Assert.Contains("said", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dotnet_task_that_is_in_the_image_runs_from_there_and_is_refused_without_its_name()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(installation.PathOf("Greeting.cs"), """
            using System.Runtime.CompilerServices;
            using Executor.Arrow;
            using Executor.Arrow.Types;
            using Executor.Sdk;

            namespace Acme;

            public sealed class Greeting : ITask
            {
                public Schema Schema { get; } = new([new Field("word", StringType.Default, nullable: false)]);

                public async IAsyncEnumerable<RecordBatch> RunAsync(TaskContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
                {
                    await Task.Yield();
                    yield return new RecordBatch(Schema, [new StringArray.Builder().Append("greetings from the image").Build()], 1);
                }
            }
            """, TestContext.Current.CancellationToken);
        var source = installation.WriteWorkflow("greeting", "tasks: [{name: greet, dotnet: {source: Greeting.cs}, outputs: [{name: words}]}]\nresults: [greet.words]");
        (await installation.EmbeddedAsync("run", source)).Expect(0);
        var built = Directory.EnumerateFiles(installation.PathOf("state", "dotnet"), "Greeting.task.dll", SearchOption.AllDirectories).First();

        // Mounted where an image's layer would have it.
        (await installation.KubectlAsync(["create", "configmap", "greeting", $"--from-file={built}"])).Expect(0);
        string Workflow(string name, string dotnet) => installation.WriteWorkflow(name, $$$"""
            tasks:
              - name: greet
                image: executor/dotnet-task:dev
                dotnet: {{{dotnet}}}
                volumes: [{name: app, configMap: {name: greeting}}]
                volumeMounts: [{name: app, mountPath: /app, readOnly: true}]
                outputs: [{name: words}]
            results: [greet.words]
            """);
        var greeted = await installation.ExecutorAsync("run", Workflow("greeted", "{assembly: /app/Greeting.task.dll, type: Acme.Greeting}"), "--run-id", "greeted");
        Assert.Contains("greetings from the image", greeted.Expect(0).Output, StringComparison.Ordinal);

        var nameless = await installation.ExecutorAsync("run", Workflow("nameless", "{assembly: /app/Greeting.task.dll}"), "--run-id", "nameless");
        Assert.Contains("dotnet.type: missing", nameless.Expect(2).Error, StringComparison.Ordinal);
        Assert.Empty(await installation.JobsAsync("nameless"));
    }

    [Fact]
    public async Task A_tasks_pod_is_Guaranteed_and_has_no_rights_of_its_own()
    {
        var installation = await shared.GetAsync(TestContext.Current.CancellationToken);
        var workflow = installation.WriteWorkflow("modest", """
            tasks:
              - {name: wait, image: executor/busybox:dev, resources: {cpu: 70m, memory: 100Mi}, script: "until [ -e /tmp/go ]; do sleep 0.1; done"}
            """);
        await using var program = installation.Start("run", workflow, "--run-id", "modest");
        var pod = await installation.WhenRunningAsync("modest", "wait");
        Assert.Equal("Guaranteed", pod.Status!.QosClass);
        Assert.Equal("wait", pod.Metadata.Labels!["executor.dev/task"]);
        foreach (var container in pod.Spec!.Containers!.Concat(pod.Spec.InitContainers!))
        {
            Assert.Equal(container.Resources!.Limits!["memory"], container.Resources.Requests!["memory"]);
            Assert.Equal("100Mi", container.Resources.Limits["memory"]);
        }

        var token = await installation.Client.Pods(installation.Namespace).ExecAsync(
            pod.Metadata.Name!, ["/bin/test", "-e", "/var/run/secrets/kubernetes.io"], new() { Container = "task" }, TestContext.Current.CancellationToken);
        Assert.Equal(1, token);
        await installation.LetGoAsync(pod.Metadata.Name!, TestContext.Current.CancellationToken);
        (await program.WaitAsync(TestContext.Current.CancellationToken)).Expect(0);
    }
}
