using System.Text.Json;
using System.Text.Json.Nodes;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Reporting;
using Executor.Kubernetes.Models;
using Executor.Launching;
using Executor.Launching.Kubernetes.Pods;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Pods;

public sealed class JobFactoryTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public void A_job_is_this()
    {
        var sample = new SampleJobs("      resources: {cpu: 500m, memory: 256Mi}\n      class: heavy\n");
        var job = sample.Job(index: 2, attempt: 3);
        var encoded = JobFactory.Encode(sample.Descriptor(index: 2, attempt: 3));
        Variable(job, EnvironmentNames.Descriptor)["value"] = "DESCRIPTOR";
        var text = job.ToJsonString(Indented).Replace(JobFactory.HashOf(encoded), "HASH", StringComparison.Ordinal);

        var expected = JsonNode.Parse(File.ReadAllText(Executor.TestKit.Repository.PathOf(
            "tests", "Executor.Tests", "Launching", "Kubernetes", "Pods", "job.json")));
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(text)), text);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("      class: work\n", "work")]
    [InlineData("      podTemplate: {metadata: {labels: {executor.dev/class: heavy}}}\n", null)]
    public void Only_a_task_that_names_a_class_is_labelled_with_one(string fields, string? label)
    {
        var job = new SampleJobs(fields).Job();
        foreach (var labels in new[] { job["metadata"]!["labels"]!, job["spec"]!["template"]!["metadata"]!["labels"]! })
        {
            Assert.Equal((label, "work"), ((string?)labels[KubernetesLabels.Class], (string?)labels[KubernetesLabels.Task]));
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("$(EXECUTOR_RUN_KEY)")]
    [InlineData("$$(EXECUTOR_RUN_KEY)")]
    [InlineData("$$$(HOME) $$$$ $")]
    [InlineData("awk '{print $1}' $HOME $$ $()( $(")]
    [InlineData("$é $\u4e2d")]
    public void A_descriptor_arrives_as_it_is_whatever_dollars_are_in_it(string text)
    {
        var sample = new SampleJobs();
        var descriptor = sample.Descriptor() with { Command = ["sh", "-c", text], Environment = new Dictionary<string, string> { ["A"] = text } };
        var variables = new Dictionary<string, string> { [EnvironmentNames.RunKey] = "the-secret", ["HOME"] = "/home", [""] = "empty" };

        var arrived = VariableExpansion.Expand(SampleJobs.VariableOf(sample.Job(descriptor), EnvironmentNames.Descriptor)!, variables);
        Assert.Equal(System.Text.Encoding.UTF8.GetString(JobFactory.Encode(descriptor)), arrived);
        Assert.Equal(text, JsonSerializer.Deserialize(arrived, ContractsJson.Default.TaskDescriptor)!.Command![2]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("      env: {A: \"1\"}\n      podTemplate: {metadata: {labels: {executor.dev/index: \"9\", team: \"a+b\"}}}\n")]
    public void A_job_that_is_written_is_the_job(string fields)
    {
        var sample = new SampleJobs(fields);
        var nightmare = new Dictionary<string, string> { ["A"] = "\"$(B) \\ \u0001 \u2028 <é\u4e2d\ud83d\ude00>\"" };
        foreach (var descriptor in new[]
        {
            sample.Descriptor(),
            sample.Descriptor(index: 2, attempt: 30),
            sample.Descriptor(index: 1) with { Resources = new ResourceLimits(1, 1 << 30), Environment = nightmare },
            sample.Descriptor(index: 1) with { Timeout = TimeSpan.FromMinutes(1) },
        })
        {
            Assert.All(((bool IsStored, string[] Avoid)[])[(false, []), (true, []), (false, ["node1"])], how =>
            {
                var expected = sample.Job(descriptor, how.IsStored, how.Avoid);
                var written = sample.Written(descriptor, how.IsStored, how.Avoid);
                AssertIs(expected, written.Body);
                AssertIs(JobFactory.PodOf(expected, "job-uid"), written.PodBody("job-uid"));
                Assert.Equal((string?)expected["metadata"]!["name"], written.Name);
                Assert.Equal((string?)expected["metadata"]!["annotations"]![KubernetesLabels.DescriptorHash], written.DescriptorHash);
            });
        }
    }

    private static void AssertIs(JsonObject expected, ReadOnlyMemory<byte> written)
    {
        var read = JsonNode.Parse(written.Span)!;
        Assert.True(JsonNode.DeepEquals(expected, read), read.ToJsonString(Indented));
    }

    [Fact]
    public void The_runner_is_told_whom_to_take_for_the_store()
    {
        var settings = SampleJobs.Settings() with { HasStoreAuthorities = true, StoreServerName = "executor-store.batch.svc" };
        var job = new SampleJobs(settings: settings).Job();
        var authorities = Variable(job, EnvironmentNames.StoreAuthorities)["valueFrom"]!["secretKeyRef"]!;
        Assert.Equal((settings.RunSecret, PodFactory.StoreAuthoritiesKey), ((string?)authorities["name"], (string?)authorities["key"]));
        Assert.Equal("executor-store.batch.svc", SampleJobs.VariableOf(job, EnvironmentNames.StoreServerName));
    }

    [Fact]
    public void A_descriptor_that_is_stored_is_named_by_its_hash()
    {
        var sample = new SampleJobs();
        var job = sample.Job(isStored: true);
        var hash = JobFactory.HashOf(JobFactory.Encode(sample.Descriptor()));
        Assert.Null(SampleJobs.VariableOf(job, EnvironmentNames.Descriptor));
        Assert.Equal(hash, SampleJobs.VariableOf(job, EnvironmentNames.DescriptorBlob));
        Assert.Equal("nightly", SampleJobs.VariableOf(job, EnvironmentNames.DescriptorRun));
        Assert.Equal("http://10.0.0.9:8815/", SampleJobs.VariableOf(job, EnvironmentNames.DescriptorStores));
        Assert.Equal(hash, (string?)job["metadata"]!["annotations"]![KubernetesLabels.DescriptorHash]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("      runner: image\n")]
    [InlineData("      podTemplate: {spec: {initContainers: [{name: fetch, image: i, resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 10m}}}]}}\n")]
    [InlineData("      podTemplate: {spec: {containers: [{name: side, image: s, resources: {limits: {cpu: 100m, memory: 64Mi}}}]}}\n")]
    [InlineData("      podTemplate: {spec: {containers: [{name: task, resources: {requests: {cpu: 1m}}}]}}\n")]
    public void Requests_equal_limits_in_every_container(string fields)
    {
        var spec = SampleJobs.SpecOf(new SampleJobs(fields).Job());
        var containers = spec["containers"]!.AsArray().Concat(spec["initContainers"] as JsonArray ?? []).ToList();
        Assert.NotEmpty(containers);
        Assert.All(containers, container =>
        {
            var resources = container!["resources"]!;
            Assert.NotNull(resources["limits"]!["cpu"]);
            Assert.NotNull(resources["limits"]!["memory"]);
            Assert.True(JsonNode.DeepEquals(resources["limits"], resources["requests"]), container.ToJsonString());
        });
    }

    [Fact]
    public void A_runner_in_the_image_is_not_injected()
    {
        var spec = SampleJobs.SpecOf(new SampleJobs("      runner: image\n").Job());
        Assert.Null(spec["initContainers"]);
        Assert.DoesNotContain(spec["volumes"]!.AsArray(), volume => (string?)volume!["name"] == "executor-runner");
        Assert.Equal("/executor/task-runner", (string?)spec["containers"]![0]!["command"]![0]);
    }

    [Fact]
    public void Fields_of_the_pod_come_where_kubernetes_has_them()
    {
        var job = new SampleJobs("""
                  env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: s, key: k}}}]
                  envFrom: [{configMapRef: {name: settings}}]
                  nodeSelector: {disk: ssd}
                  tolerations: [{key: gpu, operator: Exists}]
                  volumes: [{name: models, persistentVolumeClaim: {claimName: models}}]
                  volumeMounts: [{name: models, mountPath: /models}]
                  serviceAccountName: reader
                  priorityClassName: high
                  imagePullPolicy: Always
                  imagePullSecrets: [{name: mine}]
                  securityContext: {runAsUser: 1000, fsGroup: 2000, supplementalGroups: [7], readOnlyRootFilesystem: true}

            """, SampleJobs.Settings() with { ImagePullPolicy = "IfNotPresent", ImagePullSecrets = ["registry"] }).Job();
        var (spec, task) = (SampleJobs.SpecOf(job), SampleJobs.TaskOf(job));

        Assert.Equal("s", (string?)Variable(job, "TOKEN")["valueFrom"]!["secretKeyRef"]!["name"]);
        Assert.Equal("settings", (string?)task["envFrom"]![0]!["configMapRef"]!["name"]);
        Assert.Equal("ssd", (string?)spec["nodeSelector"]!["disk"]);
        Assert.Equal(["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "gpu"], spec["tolerations"]!.AsArray().Select(item => (string?)item!["key"]));
        Assert.Contains(spec["volumes"]!.AsArray(), volume => (string?)volume!["name"] == "models");
        Assert.Contains(task["volumeMounts"]!.AsArray(), mount => (string?)mount!["mountPath"] == "/models");
        Assert.Contains(task["volumeMounts"]!.AsArray(), mount => (string?)mount!["mountPath"] == "/executor");
        Assert.Equal("reader", (string?)spec["serviceAccountName"]);
        Assert.Equal("high", (string?)spec["priorityClassName"]);
        Assert.Equal("Always", (string?)task["imagePullPolicy"]);
        Assert.Equal("IfNotPresent", (string?)spec["initContainers"]![0]!["imagePullPolicy"]);
        Assert.Equal(["registry", "mine"], spec["imagePullSecrets"]!.AsArray().Select(item => (string?)item!["name"]));

        Assert.Equal(2000, Number(spec["securityContext"]!["fsGroup"]));
        Assert.Equal(7, Number(spec["securityContext"]!["supplementalGroups"]![0]));
        Assert.Null(spec["securityContext"]!["readOnlyRootFilesystem"]);
        Assert.Equal(65532, Number(spec["securityContext"]!["runAsUser"]));
        Assert.Equal(1000, Number(task["securityContext"]!["runAsUser"]));
        Assert.True((bool)task["securityContext"]!["readOnlyRootFilesystem"]!);
        Assert.Null(task["securityContext"]!["fsGroup"]);
        Assert.False((bool)task["securityContext"]!["allowPrivilegeEscalation"]!);
        Assert.Equal("ALL", (string?)task["securityContext"]!["capabilities"]!["drop"]![0]);
    }

    [Fact]
    public void A_pod_template_has_the_last_word_but_for_what_attempts_are_found_by()
    {
        var job = new SampleJobs("""
                  nodeSelector: {disk: ssd}
                  podTemplate:
                    metadata:
                      labels: {team: data, executor.dev/run: other}
                      annotations: {sidecar.istio.io/inject: "true", executor.dev/descriptor-hash: other}
                    spec:
                      nodeSelector: {disk: null, zone: a}
                      restartPolicy: Always
                      hostNetwork: true
                      securityContext: {runAsUser: 5}

            """).Job();
        var metadata = job["spec"]!["template"]!["metadata"]!;
        var spec = SampleJobs.SpecOf(job);
        Assert.Equal("data", (string?)metadata["labels"]!["team"]);
        Assert.Equal("nightly", (string?)metadata["labels"]![KubernetesLabels.Run]);
        Assert.Equal("true", (string?)metadata["annotations"]!["sidecar.istio.io/inject"]);
        Assert.Equal((string?)job["metadata"]!["annotations"]![KubernetesLabels.DescriptorHash], (string?)metadata["annotations"]![KubernetesLabels.DescriptorHash]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"zone": "a"}"""), spec["nodeSelector"]));
        Assert.Equal("Never", (string?)spec["restartPolicy"]);
        Assert.True((bool)spec["hostNetwork"]!);
        Assert.Equal(5, Number(spec["securityContext"]!["runAsUser"]));
    }

    [Theory]
    [InlineData("podTemplate: {metadata: null}")]
    [InlineData("podTemplate: {metadata: {labels: null, annotations: null}}")]
    public void Labels_cannot_be_taken_away(string field)
    {
        var job = new SampleJobs($"      {field}\n").Job();
        Assert.Equal("nightly", (string?)job["spec"]!["template"]!["metadata"]!["labels"]![KubernetesLabels.Run]);
        Assert.Equal("work", (string?)JobFactory.PodOf(job, "uid")["metadata"]!["labels"]![KubernetesLabels.Task]);
    }

    [Theory]
    [InlineData("{spec: null}", "found spec null")]
    [InlineData("{spec: {containers: null}}", "found no container 'task'")]
    [InlineData("{spec: {containers: {a: b}}}", "expected a list of containers")]
    [InlineData("{spec: {containers: [{name: side, image: i}]}}", "found no limits of cpu and memory in container 'side'")]
    [InlineData("{spec: {initContainers: [{name: fetch, image: i, resources: {limits: {cpu: 1}}}]}}", "found no limits of cpu and memory in container 'fetch'")]
    [InlineData("{spec: {containers: [{name: task, resources: {limits: {memory: 1Ti}}}]}}", "found memory 1Ti in container 'task', expected it in the task's 'resources'")]
    [InlineData("{spec: {containers: [{name: task, resources: null}]}}", "found no limits of cpu and memory in container 'task'")]
    [InlineData("{spec: {containers: [{name: task, resources: none}]}}", "found no limits of cpu and memory in container 'task'")]
    public void A_pod_template_that_makes_no_pod_for_an_attempt_is_refused_and_says_why(string template, string says)
    {
        var refusal = Assert.Throws<LaunchException>(() => new SampleJobs($"      podTemplate: {template}\n").Job());
        Assert.False(refusal.Hold);
        Assert.StartsWith("task work: podTemplate: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_amount_in_other_words_is_no_contradiction() =>
        Assert.NotNull(new SampleJobs(
            "      resources: {cpu: 500m, memory: 1Gi}\n      podTemplate: {spec: {containers: [{name: task, resources: {limits: {cpu: 0.5, memory: 1024Mi}}}]}}\n").Job());

    [Fact]
    public void Devices_and_disk_are_requested_as_they_are_limited()
    {
        var job = new SampleJobs("      resources: {gpu: 2, example.com/fpga: 1, ephemeral-storage: 2Gi}\n").Job();
        var resources = SampleJobs.TaskOf(job)["resources"]!;
        Assert.True(JsonNode.DeepEquals(resources["limits"], resources["requests"]));
        Assert.Equal(
            ("2", "1", "2147483648"),
            ((string?)resources["limits"]!["nvidia.com/gpu"], (string?)resources["limits"]!["example.com/fpga"], (string?)resources["limits"]!["ephemeral-storage"]));
        Assert.Equal("2", (string?)Assert.Single(SampleJobs.TaskOf(job)["env"]!.AsArray(), variable => (string?)variable!["name"] == "EXECUTOR_GPUS")!["value"]);
        Assert.DoesNotContain(
            SampleJobs.TaskOf(new SampleJobs("      resources: {example.com/fpga: 1, gpu: 0}\n").Job())["env"]!.AsArray(), variable => (string?)variable!["name"] == "EXECUTOR_GPUS");
        var bringing = SampleJobs.SpecOf(job)["initContainers"]![0]!["resources"]!["limits"]!.AsObject();
        Assert.Equal(["cpu", "ephemeral-storage", "memory"], bringing.Select(resource => resource.Key).Order());
    }

    [Fact]
    public void A_command_without_an_image_is_refused()
    {
        var plan = Planning.TestPlans.PlanTasks("    - {name: work, command: [run]}");
        var factory = new JobFactory(SampleJobs.Settings(), plan.Tasks.ToDictionary(task => task.Name));
        var refusal = Assert.Throws<LaunchException>(() => factory.Check(plan, new Executor.Planning.DescriptorFactory(plan, "nightly", [SampleJobs.Store])));
        Assert.Contains("--image", refusal.Message, StringComparison.Ordinal);

        var withDefault = new JobFactory(SampleJobs.Settings() with { DefaultImage = "any:1" }, plan.Tasks.ToDictionary(task => task.Name));
        withDefault.Check(plan, new Executor.Planning.DescriptorFactory(plan, "nightly", [SampleJobs.Store]));
    }

    [Theory]
    [InlineData("", "found no image, expected the one that holds /app/A.dll")]
    [InlineData(", image: app:1", null)]
    public void A_dotnet_task_in_an_image_needs_that_image_which_brings_its_runner(string image, string? refused)
    {
        var plan = Planning.TestPlans.PlanTasks($"    - {{name: work, dotnet: {{assembly: /app/A.dll, type: Acme.A}}{image}}}");
        var factory = new JobFactory(SampleJobs.Settings() with { DefaultImage = "any:1" }, plan.Tasks.ToDictionary(task => task.Name));
        var descriptors = new Executor.Planning.DescriptorFactory(plan, "nightly", [SampleJobs.Store]);
        if (refused is not null)
        {
            Assert.Contains(refused, Assert.Throws<LaunchException>(() => factory.Check(plan, descriptors)).Message, StringComparison.Ordinal);
            return;
        }

        var descriptor = descriptors.Create(0, 0, 0, 1, []);
        var job = factory.Create(descriptor, JobFactory.Encode(descriptor), isStored: false, []);
        Assert.Equal("app:1", (string?)SampleJobs.TaskOf(job)["image"]);
        Assert.Null(SampleJobs.SpecOf(job)["initContainers"]);
    }

    [Fact]
    public void A_working_directory_of_the_machine_that_planned_is_refused()
    {
        var refusal = Assert.Throws<LaunchException>(() => new SampleJobs("      workingDirectory: data\n").Check());
        Assert.False(refusal.Hold);
        Assert.Contains("task work: workingDirectory: found a path relative to the workflow file", refusal.Message, StringComparison.Ordinal);
        new SampleJobs("      workingDirectory: /data\n").Check();
    }

    [Fact]
    public void Nodes_where_the_instance_was_lost_are_the_last_choice()
    {
        var affinity = SampleJobs.SpecOf(new SampleJobs().Job(avoid: ["node2", "node1"]))["affinity"]!["nodeAffinity"]!;
        var term = affinity["preferredDuringSchedulingIgnoredDuringExecution"]![0]!["preference"]!["matchExpressions"]![0]!;
        Assert.Equal("NotIn", (string?)term["operator"]);
        Assert.Equal(["node1", "node2"], term["values"]!.AsArray().Select(value => (string?)value));
        Assert.Null(affinity["requiredDuringSchedulingIgnoredDuringExecution"]);
    }

    [Fact]
    public void The_pod_that_the_executor_makes_is_the_job_controllers_to_the_letter()
    {
        var job = new SampleJobs().Job();
        var pod = JobFactory.PodOf(job, "job-uid");
        var (name, labels) = ((string)job["metadata"]!["name"]!, pod["metadata"]!["labels"]!);
        Assert.Equal($"{name}-0", (string?)pod["metadata"]!["name"]);
        Assert.Equal(name, (string?)labels["batch.kubernetes.io/job-name"]);
        Assert.Equal("job-uid", (string?)labels["controller-uid"]);
        Assert.True((bool)pod["metadata"]!["ownerReferences"]![0]!["controller"]!);
        Assert.Equal("job-uid", (string?)pod["metadata"]!["ownerReferences"]![0]!["uid"]);
        Assert.True(JsonNode.DeepEquals(SampleJobs.SpecOf(job), pod["spec"]));
        Assert.Equal(SampleJobs.Attempt(), AttemptIdentity.Of(new V1ObjectMeta { Labels = labels.AsObject().ToDictionary(label => label.Key, label => (string)label.Value!) }));
    }

    [Theory]
    [InlineData("run", "Upper")]
    [InlineData("index", "-1")]
    [InlineData("attempt", "one")]
    [InlineData("task", null)]
    public void An_object_with_other_labels_is_no_attempts(string label, string? value)
    {
        var labels = new Dictionary<string, string>
        {
            [KubernetesLabels.Run] = "r",
            [KubernetesLabels.Task] = "t",
            [KubernetesLabels.Index] = "0",
            [KubernetesLabels.Generation] = "0",
            [KubernetesLabels.Attempt] = "1",
        };
        Assert.NotNull(AttemptIdentity.Of(new V1ObjectMeta { Labels = labels }));
        labels.Remove($"executor.dev/{label}");
        if (value is not null)
        {
            labels[$"executor.dev/{label}"] = value;
        }

        Assert.Null(AttemptIdentity.Of(new V1ObjectMeta { Labels = labels }));
        Assert.Null(AttemptIdentity.Of(new V1ObjectMeta()));
    }

    private static long Number(JsonNode? node) => long.Parse(node!.ToString(), System.Globalization.CultureInfo.InvariantCulture);

    private static JsonObject Variable(JsonObject job, string name) =>
        SampleJobs.TaskOf(job)["env"]!.AsArray().Single(variable => (string?)variable!["name"] == name)!.AsObject();
}
