using System.Text;
using System.Text.Json;
using Executor.Kubernetes.Models;

namespace Kubernetes.Tests.Models;

/// <summary>JSON in the shapes of several versions of Kubernetes, as its documentation and API reference give them.</summary>
public sealed class ModelJsonTests
{
    [Fact]
    public void Members_that_are_skipped_are_not_read_and_all_others_are()
    {
        const string Text = """
            {"kind":"Job","apiVersion":"batch/v1","metadata":{"name":"sum-0-1"},"spec":{"backoffLimit":0,"template":{"spec":{"containers":[{"name":"main"}]}},"suspend":true}}
            """;
        var skipping = KubernetesResources.Jobs.Skipping((typeof(V1JobSpec), "template"));
        var job = KubernetesJson.Deserialize(Encoding.UTF8.GetBytes(Text), skipping);
        Assert.Null(job.Spec!.Template);
        Assert.Equal((0, true, "sum-0-1"), (job.Spec.BackoffLimit, job.Spec.Suspend, job.Metadata.Name));
        Assert.Equal("jobs.batch", skipping.ToString());
        Assert.NotNull(KubernetesJson.Deserialize(Encoding.UTF8.GetBytes(Text), KubernetesResources.Jobs).Spec!.Template);
        Assert.Throws<ArgumentException>(() => KubernetesResources.Jobs.Skipping((typeof(V1JobSpec), "templates")));
    }

    [Fact]
    public void A_pod_of_1_20_that_was_killed_for_memory_is_read()
    {
        var pod = Read("""
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"sum-0-1-x7k2p","generateName":"sum-0-1-","namespace":"batch",
             "selfLink":"/api/v1/namespaces/batch/pods/sum-0-1-x7k2p","uid":"9f2b1a54-1f5e-4d0b-a5f4-0d3c1c1a7f10","resourceVersion":"5123",
             "creationTimestamp":"2021-03-04T05:06:07Z","labels":{"controller-uid":"c0ffee00","job-name":"sum-0-1"},
             "ownerReferences":[{"apiVersion":"batch/v1","kind":"Job","name":"sum-0-1","uid":"c0ffee00","controller":true,"blockOwnerDeletion":true}],
             "managedFields":[{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2021-03-04T05:06:09Z","fieldsType":"FieldsV1",
               "fieldsV1":{"f:status":{"f:phase":{}}}}]},
             "spec":{"volumes":[{"name":"token","secret":{"secretName":"default-token-abc","defaultMode":420}}],
               "containers":[{"name":"main","image":"registry.example/sum:1","args":["--all"],"env":[{"name":"A","value":"1"},{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
                 "resources":{"limits":{"cpu":"500m","memory":"64Mi"},"requests":{"cpu":"500m","memory":"64Mi"}},
                 "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],
               "restartPolicy":"Never","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","nodeName":"node-1","securityContext":{},
               "tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]},
             "status":{"phase":"Failed","conditions":[{"type":"Ready","status":"False","lastProbeTime":null,"lastTransitionTime":"2021-03-04T05:06:09Z",
                 "reason":"ContainersNotReady","message":"containers with unready status: [main]"}],
               "hostIP":"10.0.0.5","podIP":"10.244.0.9","podIPs":[{"ip":"10.244.0.9"}],"startTime":"2021-03-04T05:06:07Z",
               "containerStatuses":[{"name":"main","state":{"terminated":{"exitCode":137,"reason":"OOMKilled","startedAt":"2021-03-04T05:06:08Z",
                 "finishedAt":"2021-03-04T05:06:09Z","containerID":"containerd://ab"}},"lastState":{},"ready":false,"restartCount":0,
                 "image":"registry.example/sum:1","imageID":"sha256:01","containerID":"containerd://ab","started":false}],"qosClass":"Guaranteed"}}
            """);

        Assert.Equal("batch", pod.Metadata.NamespaceProperty);
        Assert.Equal("c0ffee00", Assert.Single(pod.Metadata.OwnerReferences!).Uid);
        Assert.Equal(new DateTime(2021, 3, 4, 5, 6, 7, DateTimeKind.Utc), pod.Metadata.CreationTimestamp);
        Assert.Equal(DateTimeKind.Utc, pod.Metadata.CreationTimestamp!.Value.Kind);
        Assert.Equal(64L << 20, Assert.Single(pod.Spec!.Containers!).Resources!.Limits!["memory"].ToInt64());
        var terminated = Assert.Single(pod.Status!.ContainerStatuses!).State!.Terminated!;
        Assert.Equal((137, "OOMKilled"), (terminated.ExitCode, terminated.Reason));
        Assert.Equal("10.244.0.9", pod.Status.PodIP);
        Assert.Equal("Exists", Assert.Single(pod.Spec.Tolerations!).OperatorProperty);
    }

    [Fact]
    public void A_pod_of_1_36_with_a_sidecar_that_was_preempted_is_read()
    {
        var pod = Read("""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"sum-0-2-p","namespace":"batch","uid":"u2","resourceVersion":"99","generation":2,
              "creationTimestamp":"2026-05-06T07:08:09Z","deletionTimestamp":"2026-05-06T07:09:09Z","deletionGracePeriodSeconds":30,
              "finalizers":["batch.kubernetes.io/job-tracking"],"labels":{"batch.kubernetes.io/job-name":"sum-0-2"}},
             "spec":{"initContainers":[{"name":"proxy","image":"proxy:2","restartPolicy":"Always","resources":{}}],
               "containers":[{"name":"main","image":"sum:2","resources":{"claims":[{"name":"gpu"}],"limits":{"nvidia.com/gpu":1}}}],
               "resourceClaims":[{"name":"gpu","resourceClaimTemplateName":"gpu"}],"schedulingGates":[{"name":"g"}]},
             "status":{"observedGeneration":2,"phase":"Failed","resize":"","hostIPs":[{"ip":"10.0.0.1"}],
               "conditions":[{"type":"DisruptionTarget","status":"True","observedGeneration":2,"lastProbeTime":null,"lastTransitionTime":"2026-05-06T07:08:39Z",
                 "reason":"PreemptionByScheduler","message":"default-scheduler: preempting to accommodate a higher priority pod"}],
               "initContainerStatuses":[{"name":"proxy","ready":true,"restartCount":0,"started":true,"image":"proxy:2","imageID":"","state":{"running":{"startedAt":"2026-05-06T07:08:10Z"}},
                 "allocatedResources":{"cpu":"1"},"user":{"linux":{"uid":1,"gid":1}},"volumeMounts":[]}],
               "containerStatuses":[{"name":"main","ready":false,"restartCount":0,"image":"sum:2","imageID":"","state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off"}}}]}}
            """);

        Assert.Equal("PreemptionByScheduler", Assert.Single(pod.Status!.Conditions!).Reason);
        Assert.Equal(30, pod.Metadata.DeletionGracePeriodSeconds);
        Assert.Equal("Always", Assert.Single(pod.Spec!.InitContainers!).RestartPolicy);
        Assert.Equal("1", Assert.Single(pod.Spec.Containers!).Resources!.Limits!["nvidia.com/gpu"].ToString());
        Assert.NotNull(Assert.Single(pod.Status.InitContainerStatuses!).State!.Running!.StartedAt);
        Assert.Equal("ImagePullBackOff", Assert.Single(pod.Status.ContainerStatuses!).State!.Waiting!.Reason);
    }

    [Theory]
    [InlineData("1.20", """{"succeeded":1,"startTime":"2021-03-04T05:06:07Z","completionTime":"2021-03-04T05:06:20Z","conditions":[{"type":"Complete","status":"True","lastProbeTime":"2021-03-04T05:06:20Z","lastTransitionTime":"2021-03-04T05:06:20Z"}]}""", "Complete")]
    [InlineData("1.26", """{"failed":1,"ready":0,"uncountedTerminatedPods":{},"startTime":"2023-03-04T05:06:07Z","conditions":[{"type":"Failed","status":"True","reason":"PodFailurePolicy","message":"Container main failed"}]}""", "Failed")]
    [InlineData("1.36", """{"succeeded":1,"ready":0,"terminating":0,"uncountedTerminatedPods":{},"startTime":"2026-03-04T05:06:07Z","completionTime":"2026-03-04T05:06:20Z","conditions":[{"type":"SuccessCriteriaMet","status":"True","reason":"CompletionsReached"},{"type":"Complete","status":"True","reason":"CompletionsReached"}]}""", "Complete")]
    [InlineData("new", "{}", null)]
    [InlineData("null", """{"conditions":null}""", null)]
    public void A_jobs_status_of_any_version_is_read(string version, string status, string? last)
    {
        var json = $$$"""{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"a"},"spec":{"template":{"metadata":{"creationTimestamp":null}} },"status":{{{status}}} }""";

        var job = KubernetesJson.Deserialize(Encoding.UTF8.GetBytes(json), KubernetesResources.Jobs);

        Assert.True(job.Status!.Conditions?.LastOrDefault()?.Type == last, version);
    }

    [Fact]
    public void A_lease_is_written_with_exactly_six_digits_of_a_second()
    {
        var lease = new V1Lease { Spec = new V1LeaseSpec { HolderIdentity = "a", RenewTime = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc) } };

        Assert.Equal(
            """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{},"spec":{"holderIdentity":"a","renewTime":"2026-01-02T03:04:05.000000Z"}}""",
            KubernetesJson.ToJsonObject(lease, KubernetesResources.Leases).ToJsonString());
    }

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", 0)]
    [InlineData("2026-01-02T03:04:05.5Z", 5_000_000)]
    [InlineData("2026-01-02T04:04:05.123456+01:00", 1_234_560)]
    [InlineData("2026-01-02T03:04:05.123456789Z", 1_234_567)]
    public void Times_are_read_with_any_fraction_and_offset(string text, int ticks)
    {
        var json = Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"a"},"spec":{"renewTime":"{{{text}}}"}}""");

        var lease = KubernetesJson.Deserialize(json, KubernetesResources.Leases);

        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(ticks), lease.Spec!.RenewTime);
    }

    [Fact]
    public void A_time_that_is_none_is_refused_with_what_was_found()
    {
        var json = Encoding.UTF8.GetBytes("""{"metadata":{"creationTimestamp":"yesterday"}}""");

        var error = Assert.Throws<JsonException>(() => KubernetesJson.Deserialize(json, KubernetesResources.Pods));
        Assert.Contains("'yesterday'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_may_be_a_number_or_a_name()
    {
        var json = Encoding.UTF8.GetBytes("""{"metadata":{},"spec":{"clusterIP":"10.0.0.1","ports":[{"port":80,"targetPort":8080},{"port":81,"targetPort":"web"}]}}""");

        var service = KubernetesJson.Deserialize(json, KubernetesResources.Services);

        Assert.Equal(["8080", "web"], service.Spec!.Ports!.Select(port => port.TargetPort.ToString()));
        Assert.Null(service.Spec.Ports![0].TargetPort!.Value.Text);
        Assert.Contains("\"targetPort\":\"web\"", KubernetesJson.ToJsonObject(service, KubernetesResources.Services).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secrets_bytes_are_base64_on_the_wire_alone()
    {
        var secret = new V1Secret { Metadata = { Name = "a" }, Data = new Dictionary<string, byte[]> { ["key"] = [1, 2, 3] } };

        var json = KubernetesJson.ToJsonObject(secret, KubernetesResources.Secrets).ToJsonString();

        Assert.Contains("\"key\":\"AQID\"", json, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], KubernetesJson.Deserialize(Encoding.UTF8.GetBytes(json), KubernetesResources.Secrets).Data!["key"]);
    }

    [Theory]
    [InlineData("1", "20", false)]
    [InlineData("1", "22", true)]
    [InlineData("1", "31+", true)]
    [InlineData("2", "0", true)]
    [InlineData("", "", false)]
    public void A_servers_version_is_compared_by_its_numbers(string major, string minor, bool isNewer) =>
        Assert.Equal(isNewer, new VersionInfo { Major = major, Minor = minor }.IsAtLeast(1, 22));

    private static V1Pod Read(string json) => KubernetesJson.Deserialize(Encoding.UTF8.GetBytes(json), KubernetesResources.Pods);
}
