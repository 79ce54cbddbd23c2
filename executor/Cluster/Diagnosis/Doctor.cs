using System.Globalization;
using Executor.Cluster.TaskClasses;
using Executor.Cluster.Usage;
using Executor.Kubernetes.Client;
using Executor.Kubernetes.Models;
using Executor.Rendering;
using Executor.Shuffle.Channel;

namespace Executor.Cluster.Diagnosis;

/// <summary>
/// Examines a namespace of a cluster from where it is called: whatever a run will need, in the order in which it needs it. It changes nothing: the one object
/// that it creates is created with a dry run.
/// </summary>
internal sealed class Doctor(ClusterConnection cluster, ClusterOptions options, TimeProvider time)
{
    private static readonly TimeSpan ToleratedSkew = TimeSpan.FromSeconds(30);
    private const decimal NearlyFull = 0.9m;

    /// <summary>Examines everything; what cannot be looked at is itself a finding.</summary>
    public async IAsyncEnumerable<Finding> ExamineAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var server = await GuardAsync("API server", VersionAsync, cancellationToken);
        yield return server;
        if (server.Grade == FindingGrade.Problem)
        {
            yield break;
        }

        yield return await GuardAsync("clock", ClockAsync, cancellationToken);
        yield return await RightsAsync("rights to submit and read runs", AccessRules.User, FindingGrade.Problem, "bind the chart's role for users (rbac.users)", cancellationToken);
        yield return await RightsAsync(
            "rights to drive runs from here", AccessRules.Driver, FindingGrade.Note, "only `--driver here` outside of a pod needs them", cancellationToken);
        yield return await GuardAsync("driver's account", AccountAsync, cancellationToken);
        var store = new StoreFindings(cluster, options, time);
        yield return await GuardAsync("store", store.AnswerAsync, cancellationToken);
        foreach (var finding in await store.OfPodAsync(cancellationToken))
        {
            yield return finding;
        }

        yield return await GuardAsync("quota", QuotaAsync, cancellationToken);
        yield return await GuardAsync("limit ranges", LimitsAsync, cancellationToken);
        yield return await GuardAsync("nodes", NodesAsync, cancellationToken);
        yield return await GuardAsync("metrics-server", MetricsAsync, cancellationToken);
        yield return await GuardAsync("VPA", VpaAsync, cancellationToken);
    }

    private async Task<Finding> GuardAsync(
        string subject, Func<CancellationToken, Task<Finding>> examine, CancellationToken cancellationToken)
    {
        try
        {
            return await examine(cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsForbidden)
        {
            return new Finding(
                subject,
                FindingGrade.Note,
                $"not looked at: {refusal.Message}",
                "what runs need is among the rights above; for this finding call doctor as somebody who has the right (--context)");
        }
        catch (KubernetesException refusal)
        {
            return new Finding(subject, FindingGrade.Problem, refusal.Message, refusal switch
            {
                { IsTransportFailure: true } => $"`kubectl version` with the same context has to answer: look at the server in the kubeconfig ({cluster.Client.Configuration.Host}), its certificates and the proxy",
                { StatusCode: System.Net.HttpStatusCode.Unauthorized } => "the server does not take the credentials of the kubeconfig's user: log in anew",
                _ => null,
            });
        }
        catch (Exception failure) when (failure is ClusterException or ShuffleException or IOException)
        {
            return new Finding(subject, FindingGrade.Problem, failure.Message);
        }
    }

    private async Task<Finding> VersionAsync(CancellationToken cancellationToken)
    {
        var version = await cluster.Client.GetVersionAsync(cancellationToken);
        var text = $"{version.GitVersion} at {cluster.Client.Configuration.Host}, namespace {cluster.NamespaceName}";
        return !version.IsAtLeast(1, 20)
            ? new Finding("API server", FindingGrade.Warning, text, "Kubernetes 1.20 is the oldest that the product is tried on")
            : version.IsAtLeast(1, 32)
                ? new Finding("API server", FindingGrade.Good, text)
                : new Finding(
                    "API server",
                    FindingGrade.Note,
                    text,
                    "before 1.32 every pod is made by the Job controller; for thousands of tasks raise kube-controller-manager's --kube-api-qps, "
                    + "--kube-api-burst and --concurrent-job-syncs (docs/kubernetes.md)");
    }

    private async Task<Finding> ClockAsync(CancellationToken cancellationToken)
    {
        var probe = new V1ConfigMap { Metadata = new V1ObjectMeta { GenerateName = "executor-doctor-" } };
        var before = time.GetUtcNow();
        var answer = await cluster.Client.ConfigMaps(cluster.NamespaceName)
            .CreateAsync(probe, new WriteOptions { DryRun = true }, cancellationToken);
        if (answer.Metadata.CreationTimestamp is not { } created)
        {
            return new Finding("clock", FindingGrade.Note, "the server does not tell its time");
        }

        var skew = before - new DateTimeOffset(DateTime.SpecifyKind(created, DateTimeKind.Utc));
        var seconds = Math.Abs(skew.TotalSeconds).ToString("0", CultureInfo.InvariantCulture);
        return skew.Duration() <= ToleratedSkew
            ? new Finding("clock", FindingGrade.Good, $"within {seconds} s of the server's")
            : new Finding(
                "clock",
                FindingGrade.Warning,
                $"{seconds} s {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the server's",
                "set this machine's clock: tickets and times in reports depend on it, correctness does not");
    }

    private async Task<Finding> RightsAsync(
        string subject, IReadOnlyList<AccessRule> rules, FindingGrade grade, string remedy, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var rule in rules)
        {
            foreach (var verb in rule.Verbs)
            {
                var (resource, subresource) = rule.Resource.Split('/') is [var name, var below] ? (name, below) : (rule.Resource, null);
                var attributes = new V1ResourceAttributes
                {
                    Group = rule.Group,
                    Resource = resource,
                    Subresource = subresource,
                    Verb = verb,
                    Name = rule.Name,
                    NamespaceProperty = cluster.NamespaceName,
                };
                var review = await cluster.Client.CreateSelfSubjectAccessReviewAsync(attributes, cancellationToken);
                if (review.Status?.Allowed != true)
                {
                    missing.Add($"{verb} {rule.Resource} ({rule.Why})");
                }
            }
        }

        return missing.Count == 0
            ? new Finding(subject, FindingGrade.Good, "all there")
            : new Finding(subject, grade, $"missing: {string.Join("; ", missing)}", remedy);
    }

    private async Task<Finding> AccountAsync(CancellationToken cancellationToken)
    {
        const string Subject = "driver's account";
        var accounts = KubernetesResources.Untyped("", "v1", "serviceaccounts");
        try
        {
            await cluster.Client.Resource(accounts, cluster.NamespaceName).ReadAsync(DriverJob.Account, cancellationToken);
            return new Finding(Subject, FindingGrade.Good, $"service account {DriverJob.Account} is there");
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound)
        {
            return new Finding(
                Subject,
                FindingGrade.Warning,
                $"there is no service account {DriverJob.Account}",
                "install the chart; `executor run` makes the account where it may");
        }
    }

    private async Task<Finding> QuotaAsync(CancellationToken cancellationToken)
    {
        var quotas = await cluster.Client.ResourceQuotas(cluster.NamespaceName).ListAllAsync(cancellationToken: cancellationToken);
        var parts = new List<string>();
        var isNearlyFull = false;
        foreach (var quota in quotas.Items)
        {
            foreach (var (name, hard) in quota.Status?.Hard?.Where(limit => IsOfRuns(limit.Key)) ?? [])
            {
                var used = quota.Status!.Used?.TryGetValue(name, out var amount) == true ? amount : default;
                isNearlyFull |= hard.ToDecimal() == 0 || used.ToDecimal() / hard.ToDecimal() >= NearlyFull;
                parts.Add($"{name} {used} of {hard}");
            }
        }

        return parts.Count == 0 ? new Finding("quota", FindingGrade.Good, "none")
            : isNearlyFull ? new Finding("quota", FindingGrade.Warning, string.Join(", ", parts), "launches are held while there is no room: raise the ResourceQuota")
            : new Finding("quota", FindingGrade.Good, string.Join(", ", parts));
    }

    // A quota of load balancers, say, may well be full.
    private static bool IsOfRuns(string name) =>
        name[(name.LastIndexOf('.') + 1)..] is "cpu" or "memory" or "ephemeral-storage" || name.Contains('/', StringComparison.Ordinal)
        || name is "pods" or "configmaps" or "secrets";

    private async Task<Finding> LimitsAsync(CancellationToken cancellationToken)
    {
        var ranges = await cluster.Client.Resource(KubernetesResources.LimitRanges, cluster.NamespaceName).ListAllAsync(cancellationToken: cancellationToken);
        var bounds = ranges.Items
            .SelectMany(range => range.Spec?.Limits ?? [])
            .Where(limit => limit.Type is "Container" or "Pod")
            .SelectMany(limit => (limit.Min ?? new Dictionary<string, ResourceQuantity>()).Select(min => $"{limit.Type} {min.Key} at least {min.Value}")
                .Concat((limit.Max ?? new Dictionary<string, ResourceQuantity>()).Select(max => $"{limit.Type} {max.Key} at most {max.Value}")))
            .ToList();
        return bounds.Count == 0
            ? new Finding("limit ranges", FindingGrade.Good, "none that bounds tasks")
            : new Finding("limit ranges", FindingGrade.Note, string.Join(", ", bounds), "a task that asks for less or more is held, and says so");
    }

    private async Task<Finding> NodesAsync(CancellationToken cancellationToken)
    {
        var nodes = await cluster.Client.Nodes.ListAllAsync(cancellationToken: cancellationToken);
        var largest = nodes.Items
            .Select(node => node.Status?.Allocatable)
            .Where(allocatable => allocatable?.ContainsKey("memory") == true)
            .MaxBy(allocatable => allocatable!["memory"].ToInt64());
        return largest is null
            ? new Finding("nodes", FindingGrade.Warning, "there is none", "tasks wait until there is one")
            : new Finding(
                "nodes",
                FindingGrade.Good,
                $"{nodes.Items.Count}; the largest has {largest["cpu"]} CPU and {Quantities.Bytes(largest["memory"].ToInt64())} for pods");
    }

    private async Task<Finding> MetricsAsync(CancellationToken cancellationToken)
    {
        const string Subject = "metrics-server";
        var found = await GroupAsync(
            Subject, "metrics.k8s.io", "it answers: progress, `executor status RUN` and `kubectl top pod -l executor.dev/run=RUN` show live usage",
            "install metrics-server for live usage, or let drivers read the kubelets' summaries (rbac.kubelets, a strong right: docs/kubernetes.md); what attempts have used is "
            + "accounted for without either", cancellationToken);
        if (found.Grade == FindingGrade.Good)
        {
            try
            {
                await cluster.Client.PodMetrics(cluster.NamespaceName).ListAsync(new ListOptions { Limit = 1 }, cancellationToken);
                return found;
            }
            catch (KubernetesException refusal) when (refusal.IsForbidden)
            {
                found = new Finding(Subject, FindingGrade.Note, "metrics.k8s.io may not be read from here", "bind the chart's role for users (rbac.users)");
            }
            catch (KubernetesException refusal)
            {
                return new Finding(Subject, FindingGrade.Warning, $"metrics.k8s.io is served and does not answer: {refusal.Message}", "look at metrics-server's pods and its APIService v1beta1.metrics.k8s.io; runs go on without it");
            }
        }

        return await KubeletSummaries.MayReadAsync(cluster.Client, cancellationToken)
            ? new Finding(Subject, FindingGrade.Good, $"{found.Text}; who calls from here may get nodes/proxy, and sees live usage by the kubelets' summaries")
            : found with { Text = $"{found.Text}, and the kubelets' summaries may not be read from here (get nodes/proxy)" };
    }

    private async Task<Finding> VpaAsync(CancellationToken cancellationToken)
    {
        const string Subject = "VPA";
        var found = await GroupAsync(
            Subject, VerticalPodAutoscaler.Group, "VerticalPodAutoscaler objects are served", "not needed: sizes are learned without it", cancellationToken);
        return found.Grade != FindingGrade.Good ? found : await new VpaFindings(cluster).ExamineAsync(found, cancellationToken);
    }

    private async Task<Finding> GroupAsync(string subject, string group, string good, string remedy, CancellationToken cancellationToken)
    {
        var groups = await cluster.Client.GetApiGroupsAsync(cancellationToken);
        return groups.Groups.Any(served => served.Name == group)
            ? new Finding(subject, FindingGrade.Good, good)
            : new Finding(subject, FindingGrade.Note, $"{group} is not served", remedy);
    }
}
