namespace Charts.Tests;

/// <summary>Values that tests render with.</summary>
internal static class ValueSets
{
    public const string Workflow = """
        apiVersion: executor.dev/v1alpha1
        kind: Workflow

        metadata: {name: "hello"}   # a quote ' and a {{template}}
        """;

    /// <summary>A store of as many pods over a bucket as they have work for.</summary>
    public const string SeveralPods = """
        labels: {team: data}
        store:
          s3: {bucket: objects}
          autoscaling: {enabled: true}
        """;

    /// <summary>Every part switched on, every list and map filled.</summary>
    public const string Everything = """
        labels: {team: data}
        image: {registry: registry.example/batch, tag: "7", pullSecrets: [first, second]}
        store:
          deleteRunsAfterHours: 24
          persistence: {storageClass: fast, annotations: {helm.sh/resource-policy: keep}}
          metrics: {podAnnotations: true, serviceMonitor: {enabled: true, labels: {release: prometheus}, interval: 30s}}
          networkPolicy:
            enabled: true
            from: [{podSelector: {matchLabels: {app: airflow}}}]
            metricsFrom: [{namespaceSelector: {matchLabels: {name: monitoring}}}]
          service: {annotations: {example.com/note: service}}
          podAnnotations: {example.com/note: store}
          podLabels: {cost: shared}
          nodeSelector: {disk: ssd}
          tolerations: [{key: dedicated, operator: Exists}]
          affinity: {nodeAffinity: {}}
          priorityClassName: important
        monitoring:
          podMonitor: {enabled: true, labels: {release: prometheus}, interval: 30s}
          dashboard: {enabled: true, annotations: {grafana_folder: Batch}}
        serviceAccount: {annotations: {example.com/role: driver}}
        rbac:
          nodes: true
          users: [{kind: Group, name: scientists, apiGroup: rbac.authorization.k8s.io}]
        vpa: {enabled: true}
        run:
          enabled: true
          id: nightly-1
          workflow: |
            apiVersion: executor.dev/v1alpha1
            kind: Workflow

            metadata: {name: "hello"}   # a quote ' and a {{template}}
          parameters: {day: "2026-01-01", text: 'a "quoted" text'}
          image: registry.example/python-task:1
          args: [--output, json]
          metrics: {lingerSeconds: 90}
          ttlSecondsAfterFinished: 0
          podAnnotations: {example.com/note: run}
          podLabels: {cost: nightly}
          nodeSelector: {disk: ssd}
          tolerations: [{key: dedicated, operator: Exists}]
          affinity: {nodeAffinity: {}}
          priorityClassName: important
        """;
}
