using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Executor.TestKit.Certificates;
using Executor.TestKit.Charts;

namespace Charts.Tests;

public sealed class StoreTests
{
    private const string ExistingKey = """
        - apiVersion: v1
          kind: Secret
          metadata: {namespace: batch, name: executor-store-key}
          data: {master.key: S0VFUC1USElTLUtFWQ==}
        """;

    [Theory]
    [InlineData("")]
    [InlineData(ValueSets.Everything)]
    public async Task Whatever_selects_the_store_selects_its_pods_and_no_drivers(string values)
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = values });
        var deployment = chart.Get("Deployment", "executor-store");
        var labels = deployment["spec"]!["template"]!["metadata"]!["labels"];
        List<JsonNode?> selectors =
        [
            deployment["spec"]!["selector"]!["matchLabels"],
            chart.Get("Service", "executor-store")["spec"]!["selector"],
            chart.Get("PodDisruptionBudget", "executor-store")["spec"]!["selector"]!["matchLabels"],
        ];
        if (chart.Find("NetworkPolicy", "executor-store") is { } policy)
        {
            selectors.Add(policy["spec"]!["podSelector"]!["matchLabels"]);
        }

        var driver = chart.PodTemplates.SingleOrDefault(pod => pod.Owner != "executor-store").Template?["metadata"]!["labels"];
        Assert.All(selectors, selector =>
        {
            Assert.True(RenderedChart.Selects(selector, labels), $"{selector} does not select {labels}");
            Assert.False(driver is not null && RenderedChart.Selects(selector, driver), $"{selector} selects {driver}");
        });
    }

    [Fact]
    public async Task The_service_leads_to_the_port_that_the_store_listens_on()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest());
        var container = Container(chart);
        var service = chart.Get("Service", "executor-store");
        Assert.Equal("store", service["metadata"]!["labels"]!["app.kubernetes.io/component"]!.GetValue<string>());
        var port = service["spec"]!["ports"]!.AsArray()[0]!;
        Assert.Equal(8815, port["port"]!.GetValue<long>());
        Assert.Equal(port["targetPort"]!.GetValue<string>(), container["ports"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(8815, container["ports"]![0]!["containerPort"]!.GetValue<long>());
        Assert.Contains("--listen=0.0.0.0:8815", RenderedChart.TextsOf(container["args"]));
        foreach (var probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
        {
            Assert.Equal("grpc", container[probe]!["tcpSocket"]!["port"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Two_pods_never_share_the_folder()
    {
        var spec = (await RenderedChart.OfAsync(new ChartRequest())).Get("Deployment", "executor-store")["spec"]!;
        Assert.Equal(1, spec["replicas"]!.GetValue<long>());
        Assert.Equal("Recreate", spec["strategy"]!["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task Several_pods_over_a_bucket_are_spread_found_by_one_name_and_drained_one_at_a_time()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Set = ["store.s3.bucket=objects", "store.replicas=3"] });
        var deployment = chart.Get("Deployment", "executor-store")["spec"]!;
        Assert.Equal(3, deployment["replicas"]!.GetValue<long>());
        var labels = deployment["template"]!["metadata"]!["labels"];
        var spread = deployment["template"]!["spec"]!["topologySpreadConstraints"]!.AsArray().Single()!;
        Assert.Equal(
            ("kubernetes.io/hostname", "ScheduleAnyway", 1L),
            (spread["topologyKey"]!.GetValue<string>(), spread["whenUnsatisfiable"]!.GetValue<string>(), spread["maxSkew"]!.GetValue<long>()));
        Assert.True(RenderedChart.Selects(spread["labelSelector"]!["matchLabels"], labels));

        var pods = chart.Get("Service", ClusterStorePods)["spec"]!;
        Assert.Equal("None", pods["clusterIP"]!.GetValue<string>());
        Assert.True(RenderedChart.Selects(pods["selector"], labels));
        var ports = chart.Get("Service", "executor-store")["spec"]!["ports"]!.AsArray();
        Assert.True(JsonNode.DeepEquals(ports.Single(port => port!["name"]!.GetValue<string>() == "grpc"), pods["ports"]!.AsArray().Single()));
        Assert.Null(pods["publishNotReadyAddresses"]);
        Assert.Equal(1, chart.Get("PodDisruptionBudget", "executor-store")["spec"]!["maxUnavailable"]!.GetValue<long>());
        Assert.Null(chart.Find("HorizontalPodAutoscaler", "executor-store"));
    }

    [Fact]
    public async Task A_folder_has_one_pod_and_no_name_for_several()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest());
        Assert.Null(chart.Find("Service", ClusterStorePods));
        Assert.Null(chart.Get("Deployment", "executor-store")["spec"]!["template"]!["spec"]!["topologySpreadConstraints"]);
    }

    [Theory]
    [InlineData("store.replicas", "store.replicas=2")]
    [InlineData("store.autoscaling.enabled", "store.autoscaling.enabled=true")]
    [InlineData("minReplicas is 5, more than the 4 of maxReplicas", "store.s3.bucket=objects", "store.autoscaling.enabled=true", "store.autoscaling.minReplicas=5", "store.autoscaling.maxReplicas=4")]
    public async Task Several_pods_without_a_bucket_or_more_than_the_most_are_refused(string expected, params string[] set) =>
        Assert.Contains(expected, await RenderedChart.ErrorOfAsync(new ChartRequest { Set = set }), StringComparison.Ordinal);

    [Theory]
    [InlineData("1.22.0", "autoscaling/v2beta2")]
    [InlineData("1.23.0", "autoscaling/v2")]
    public async Task An_autoscaler_owns_the_number_of_pods(string server, string version)
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { KubeVersion = server, Set = ["store.s3.bucket=objects", "store.autoscaling.enabled=true"] });
        Assert.Null(chart.Get("Deployment", "executor-store")["spec"]!["replicas"]);
        var autoscaler = chart.Get("HorizontalPodAutoscaler", "executor-store");
        Assert.Equal(version, autoscaler["apiVersion"]!.GetValue<string>());
        var spec = autoscaler["spec"]!;
        Assert.Equal(("Deployment", "executor-store"), (spec["scaleTargetRef"]!["kind"]!.GetValue<string>(), spec["scaleTargetRef"]!["name"]!.GetValue<string>()));
        Assert.Equal((2L, 8L), (spec["minReplicas"]!.GetValue<long>(), spec["maxReplicas"]!.GetValue<long>()));
        Assert.Equal(70, spec["metrics"]!.AsArray().Single()!["resource"]!["target"]!["averageUtilization"]!.GetValue<long>());
    }

    [Fact]
    public async Task The_store_has_no_token_of_the_cluster()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest());
        Assert.False(chart.Get("Deployment", "executor-store")["spec"]!["template"]!["spec"]!["automountServiceAccountToken"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("", "claim executor-store", true)]
    [InlineData("store.persistence.existingClaim=mine", "claim mine", false)]
    [InlineData("store.persistence.enabled=false", "emptyDir ", false)]
    [InlineData("store.persistence.ephemeralLimit=5Gi,enabled=false", "emptyDir 5Gi", false)]
    public async Task The_data_lies_on_a_claim_or_on_the_node(string set, string expected, bool isMade)
    {
        var limited = set.Split(',');
        var chart = await RenderedChart.OfAsync(new ChartRequest
        {
            Set = [.. limited.Where(item => item.Length > 0).Select((item, i) => i == 0 ? item : "store.persistence." + item)],
        });
        var data = chart.Get("Deployment", "executor-store")["spec"]!["template"]!["spec"]!["volumes"]!.AsArray().Single(volume => volume!["name"]!.GetValue<string>() == "data")!;
        var found = data["persistentVolumeClaim"] is { } claim
            ? $"claim {claim["claimName"]}"
            : $"emptyDir {data["emptyDir"]!["sizeLimit"]}";
        Assert.Equal(expected, found);
        Assert.Equal(isMade, chart.Find("PersistentVolumeClaim", "executor-store") is not null);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("fast", "fast")]
    [InlineData("-", "")]
    public async Task The_claim_asks_for_a_class_for_none_or_for_the_default(string given, string? expected)
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = $"store:\n  persistence:\n    storageClass: '{given}'\n" });
        Assert.Equal(expected, chart.Get("PersistentVolumeClaim", "executor-store")["spec"]!["storageClassName"]?.GetValue<string>());
    }

    [Fact]
    public async Task With_a_bucket_there_is_no_folder_and_the_store_is_told_all_of_it()
    {
        const string Values = """
            store:
              s3:
                bucket: objects
                endpoint: https://s3.example.com
                region: eu-west-1
                prefix: team/
                pathStyle: true
                existingSecret: bucket-keys
                ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
                encryption: aws:kms
                kmsKey: a-key
            """;
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = Values });
        var spec = chart.Get("Deployment", "executor-store")["spec"]!;
        Assert.Null(chart.Find("PersistentVolumeClaim", "executor-store"));
        Assert.DoesNotContain(spec["template"]!["spec"]!["volumes"]!.AsArray(), volume => volume!["name"]!.GetValue<string>() == "data");
        Assert.Equal("RollingUpdate", spec["strategy"]!["type"]!.GetValue<string>());
        Assert.Equal(
            [
                "--s3-bucket=objects", "--s3-endpoint=https://s3.example.com", "--s3-region=eu-west-1", "--s3-prefix=team/", "--s3-path-style",
                "--s3-access-key-file=/etc/executor/s3/access-key", "--s3-secret-key-file=/etc/executor/s3/secret-key", "--s3-ca-file=/etc/executor/s3-ca/ca.crt",
                "--s3-encryption=aws:kms", "--s3-kms-key=a-key",
            ],
            RenderedChart.TextsOf(Container(chart)["args"]).Where(argument => argument.StartsWith("--s3", StringComparison.Ordinal)));
        Assert.DoesNotContain("--directory=/data", RenderedChart.TextsOf(Container(chart)["args"]));
        Assert.Contains("AAAA", chart.Get("ConfigMap", "executor-store-s3")["data"]!["ca.crt"]!.GetValue<string>(), StringComparison.Ordinal);
        foreach (var mount in (string[])["s3", "s3-ca"])
        {
            Assert.Contains(Container(chart)["volumeMounts"]!.AsArray(), item => item!["name"]!.GetValue<string>() == mount);
            Assert.Contains(spec["template"]!["spec"]!["volumes"]!.AsArray(), item => item!["name"]!.GetValue<string>() == mount);
        }
    }

    [Theory]
    [InlineData("1.20.15", "policy/v1beta1")]
    [InlineData("1.21.0", "policy/v1")]
    [InlineData("1.34.0", "policy/v1")]
    public async Task The_disruption_budget_has_the_version_that_the_server_knows(string server, string expected)
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { KubeVersion = server });
        Assert.Equal(expected, chart.Get("PodDisruptionBudget", "executor-store")["apiVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_master_key_is_random_long_enough_and_reaches_the_store_as_a_file_alone()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything });
        var encoded = KeyOf(chart);
        var key = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
        Assert.InRange(key.Length, 32, 4096);
        Assert.NotEqual(encoded, KeyOf(await RenderedChart.OfAsync(new ChartRequest())));

        // The Secret is the one place of the key, however it is written.
        Assert.Equal(2, chart.Text.Split(encoded).Length);
        Assert.DoesNotContain(key, chart.Text, StringComparison.Ordinal);
        foreach (var (owner, template) in chart.PodTemplates)
        {
            var volume = template["spec"]!["volumes"]!.AsArray().Single(item => item!["name"]!.GetValue<string>() == "key")!;
            Assert.All(SecretsOf(volume), secret => Assert.Equal("executor-store-key", secret));
            foreach (var container in RenderedChart.ContainersOf(template))
            {
                Assert.Equal("/etc/executor/store", container["volumeMounts"]!.AsArray().Single(mount => JsonNode.DeepEquals(mount!["name"], volume["name"]))!["mountPath"]!.GetValue<string>());
                Assert.DoesNotContain("secretKeyRef", container.ToJsonString(), StringComparison.Ordinal);
                Assert.True(container["envFrom"] is null, owner);
            }
        }

        Assert.Contains("--key-file=/etc/executor/store/master.key", RenderedChart.TextsOf(Container(chart)["args"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_that_is_there_is_kept(bool isUpgrade)
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { IsUpgrade = isUpgrade, ExistingObjects = ExistingKey });
        Assert.Equal("S0VFUC1USElTLUtFWQ==", KeyOf(chart));
    }

    [Fact]
    public async Task A_key_of_the_users_own_is_mounted_and_none_is_made()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything, Set = ["store.key.existingSecret=mine"] });
        Assert.Null(chart.Find("Secret", "executor-store-key"));
        Assert.All(
            chart.PodTemplates,
            pod => Assert.Equal(["mine"], SecretsOf(pod.Template["spec"]!["volumes"]!.AsArray().Single(volume => volume!["name"]!.GetValue<string>() == "key")!).Distinct()));
    }

    [Fact]
    public async Task A_second_key_may_lie_beside_the_master_key_and_is_kept_while_it_is_there()
    {
        var existing = ExistingKey.Replace("{master.key: S0VFUC1USElTLUtFWQ==}", "{master.key: S0VFUC1USElTLUtFWQ==, second.key: QU5PVEhFUg==}", StringComparison.Ordinal);
        var chart = await RenderedChart.OfAsync(new ChartRequest { IsUpgrade = true, ExistingObjects = existing });
        var data = chart.Get("Secret", "executor-store-key")["data"]!;
        Assert.Equal(("S0VFUC1USElTLUtFWQ==", "QU5PVEhFUg=="), (data["master.key"]!.GetValue<string>(), data["second.key"]!.GetValue<string>()));
        Assert.Null((await RenderedChart.OfAsync(new ChartRequest())).Get("Secret", "executor-store-key")["data"]!["second.key"]);

        var sources = chart.Get("Deployment", "executor-store")["spec"]!["template"]!["spec"]!["volumes"]!.AsArray()
            .Single(volume => volume!["name"]!.GetValue<string>() == "key")!["projected"]!["sources"]!.AsArray();
        Assert.Equal(["master.key", "second.key"], sources.Select(source => source!["secret"]!["items"]!.AsArray().Single()!["key"]!.GetValue<string>()));
        Assert.Equal([null, true], sources.Select(source => source!["secret"]!["optional"]?.GetValue<bool>()));
    }

    [Fact]
    public async Task The_certificate_is_for_the_service_and_of_an_authority_that_clients_are_given()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest());
        using var authority = CertificateOf(chart, "ca.crt");
        using var certificate = CertificateOf(chart, "tls.crt");
        using var key = RSA.Create();
        key.ImportFromPem(TextOf(chart, "tls.key"));

        Assert.True(certificate.IsTrustedBy(authority));
        Assert.True(certificate.MatchesHostname("executor-store.batch.svc"));
        Assert.False(certificate.MatchesHostname("executor-store.other.svc"));
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.InRange(certificate.NotAfter, TimeProvider.System.GetUtcNow().AddYears(9).DateTime, DateTime.MaxValue);
        var arguments = RenderedChart.TextsOf(Container(chart)["args"]);
        Assert.Contains("--tls-cert-file=/etc/executor/tls/tls.crt", arguments);
        Assert.Contains("--tls-key-file=/etc/executor/tls/tls.key", arguments);
        Assert.Equal("executor-store-key", TlsSecretOf(chart));
    }

    [Fact]
    public async Task A_certificate_that_is_there_is_kept_with_its_key_and_authority()
    {
        var first = await RenderedChart.OfAsync(new ChartRequest());
        var existing = $"- {first.Get("Secret", "executor-store-key").ToJsonString()}";
        var second = await RenderedChart.OfAsync(new ChartRequest { IsUpgrade = true, ExistingObjects = existing });
        Assert.True(JsonNode.DeepEquals(first.Get("Secret", "executor-store-key")["data"], second.Get("Secret", "executor-store-key")["data"]));

        // A store that spoke no TLS keeps its key.
        var upgraded = await RenderedChart.OfAsync(new ChartRequest { IsUpgrade = true, ExistingObjects = ExistingKey });
        Assert.Equal("S0VFUC1USElTLUtFWQ==", KeyOf(upgraded));
        Assert.Contains("BEGIN CERTIFICATE", TextOf(upgraded, "tls.crt"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_the_users_own_comes_with_its_authority()
    {
        const string Values = """
            store:
              tls:
                existingSecret: from-cert-manager
                ca: |
                  -----BEGIN CERTIFICATE-----
                  AAAA
                  -----END CERTIFICATE-----
            """;
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = Values });
        Assert.Equal("from-cert-manager", TlsSecretOf(chart));
        Assert.StartsWith("-----BEGIN CERTIFICATE-----\nAAAA", TextOf(chart, "ca.crt"), StringComparison.Ordinal);
        Assert.Null(chart.Get("Secret", "executor-store-key")["data"]!["tls.key"]);
        Assert.Contains("store.tls.ca", await RenderedChart.ErrorOfAsync(new ChartRequest { Set = ["store.tls.existingSecret=from-cert-manager"] }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_TLS_there_is_no_certificate()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Set = ["store.tls.enabled=false"] });
        Assert.Equal(["master.key"], chart.Get("Secret", "executor-store-key")["data"]!.AsObject().Select(item => item.Key));
        Assert.DoesNotContain("tls", chart.Get("Deployment", "executor-store").ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_network_policy_admits_tasks_drivers_and_whom_values_name()
    {
        Assert.Null((await RenderedChart.OfAsync(new ChartRequest())).Find("NetworkPolicy", "executor-store"));

        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything });
        var rules = chart.Get("NetworkPolicy", "executor-store")["spec"]!["ingress"]!.AsArray();
        Assert.Equal("metrics", rules[1]!["ports"]!.AsArray().Single()!["port"]!.GetValue<string>());
        Assert.NotNull(rules[1]!["from"]!.AsArray().Single()!["namespaceSelector"]);
        var rule = rules[0]!;
        Assert.Equal("grpc", rule["ports"]!.AsArray().Single()!["port"]!.GetValue<string>());
        Assert.Equal(
            ["""{"app.kubernetes.io/managed-by":"executor"}""", """{"app.kubernetes.io/component":"driver"}""", """{"app":"airflow"}"""],
            rule["from"]!.AsArray().Select(peer => peer!["podSelector"]!["matchLabels"]!.ToJsonString()));
        var driver = chart.Get("Job", "executor-run-nightly-1")["spec"]!["template"]!["metadata"]!["labels"];
        Assert.Contains(rule["from"]!.AsArray(), peer => RenderedChart.Selects(peer!["podSelector"]!["matchLabels"], driver));
    }

    [Fact]
    public async Task Metrics_are_on_a_port_of_their_own_unless_they_are_switched_off()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest());
        var port = Container(chart)["ports"]!.AsArray().Single(port => port!["name"]!.GetValue<string>() == "metrics")!;
        Assert.Equal(8816, port["containerPort"]!.GetValue<long>());
        Assert.Contains("--metrics-listen=0.0.0.0:8816", RenderedChart.TextsOf(Container(chart)["args"]));
        Assert.Contains(chart.Get("Service", "executor-store")["spec"]!["ports"]!.AsArray(), item => item!["targetPort"]!.GetValue<string>() == "metrics");
        Assert.Null(chart.Find("ServiceMonitor", "executor-store"));
        Assert.DoesNotContain("prometheus.io", chart.Text, StringComparison.Ordinal);

        var without = await RenderedChart.OfAsync(new ChartRequest
        {
            Values = ValueSets.Everything,
            Set = ["store.metrics.enabled=false"],
        });
        Assert.DoesNotContain(Container(without)["ports"]!.AsArray(), item => item!["name"]!.GetValue<string>() == "metrics");
        Assert.DoesNotContain(RenderedChart.TextsOf(Container(without)["args"]), argument => argument.StartsWith("--metrics", StringComparison.Ordinal));
        Assert.DoesNotContain(without.Get("Service", "executor-store")["spec"]!["ports"]!.AsArray(), item => item!["targetPort"]!.GetValue<string>() == "metrics");
        Assert.DoesNotContain(
            without.Get("NetworkPolicy", "executor-store")["spec"]!["ingress"]!.AsArray().SelectMany(rule => rule!["ports"]!.AsArray()),
            item => item!["port"]!.GetValue<string>() == "metrics");
        Assert.Null(without.Find("ServiceMonitor", "executor-store"));
        Assert.DoesNotContain("prometheus.io", without.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_monitor_selects_the_service_and_annotations_name_the_port()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Values = ValueSets.Everything });
        var monitor = chart.Get("ServiceMonitor", "executor-store");
        Assert.Equal("prometheus", monitor["metadata"]!["labels"]!["release"]!.GetValue<string>());
        Assert.True(RenderedChart.Selects(monitor["spec"]!["selector"]!["matchLabels"], chart.Get("Service", "executor-store")["metadata"]!["labels"]));
        var endpoint = monitor["spec"]!["endpoints"]!.AsArray().Single()!;
        Assert.Equal("30s", endpoint["interval"]!.GetValue<string>());
        Assert.Contains(
            chart.Get("Service", "executor-store")["spec"]!["ports"]!.AsArray(), port => JsonNode.DeepEquals(port!["name"], endpoint["port"]));
        var annotations = chart.Get("Deployment", "executor-store")["spec"]!["template"]!["metadata"]!["annotations"]!;
        Assert.Equal("8816", annotations["prometheus.io/port"]!.GetValue<string>());
        Assert.Equal("store", annotations["example.com/note"]!.GetValue<string>());
    }

    [Fact]
    public async Task Without_a_store_nothing_of_it_is_made()
    {
        var chart = await RenderedChart.OfAsync(new ChartRequest { Set = ["store.enabled=false"] });
        Assert.DoesNotContain(chart.Objects, item => RenderedChart.NameOf(item).StartsWith("executor-store", StringComparison.Ordinal));
    }

    /// <summary>The name that the executor looks for.</summary>
    private const string ClusterStorePods = "executor-store-pods";

    private static JsonObject Container(RenderedChart chart) =>
        RenderedChart.ContainersOf(chart.Get("Deployment", "executor-store")["spec"]!["template"]!.AsObject()).Single();

    private static IEnumerable<string> SecretsOf(JsonNode volume) => volume["secret"] is { } secret
        ? [secret["secretName"]!.GetValue<string>()]
        : volume["projected"]!["sources"]!.AsArray().Select(source => source!["secret"]!["name"]!.GetValue<string>());

    private static string TlsSecretOf(RenderedChart chart) => chart.Get("Deployment", "executor-store")["spec"]!["template"]!["spec"]!["volumes"]!.AsArray()
        .Single(volume => volume!["name"]!.GetValue<string>() == "tls")!["secret"]!["secretName"]!.GetValue<string>();

    private static X509Certificate2 CertificateOf(RenderedChart chart, string name) => X509Certificate2.CreateFromPem(TextOf(chart, name));

    private static string TextOf(RenderedChart chart, string name) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(chart.Get("Secret", "executor-store-key")["data"]![name]!.GetValue<string>()));

    private static string KeyOf(RenderedChart chart) => chart.Get("Secret", "executor-store-key")["data"]!["master.key"]!.GetValue<string>();
}
