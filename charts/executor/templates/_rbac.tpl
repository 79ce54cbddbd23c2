{{/*
The rights of drivers and of people, with the call that needs each rule. The command has the same lists, by which `executor doctor` asks the
cluster, and the end-to-end tests run under exactly these.
*/}}

{{/* What a driver calls, and nothing more. */}}
{{- define "executor.driverRules" -}}
# A Job for each attempt, adopted by the next driver, watched, ended when it is not wanted, deleted by the hundred once it is recorded.
- apiGroups: [batch]
  resources: [jobs]
  verbs: [create, get, list, patch, delete, deletecollection]
# The end of a Job whose pod the driver has made itself (spec.managedBy).
- apiGroups: [batch]
  resources: [jobs/status]
  verbs: [patch]
# The pod of such a Job; the news of every attempt; a pod that must go before the next attempt.
- apiGroups: [""]
  resources: [pods]
  verbs: [create, get, list, watch, delete]
# The run's anchor, which owns all else of the run, and whose deletion ends it; a step's pod may own it (--owner step).
- apiGroups: [""]
  resources: [configmaps]
  verbs: [create, get, list, watch, patch]
# The Secret with the run's key. It is written and never read.
- apiGroups: [""]
  resources: [secrets]
  verbs: [create]
# The Lease that keeps a run to one driver.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create, get, update]
# Why a pod is not made or does not start.
- apiGroups: [""]
  resources: [events]
  verbs: [list]
# What is left of the quota: launches wait until there is room.
- apiGroups: [""]
  resources: [resourcequotas]
  verbs: [list, watch]
# Where the store is.
- apiGroups: [""]
  resources: [services]
  verbs: [get]
# What attempts use while they run, where there is a metrics server.
- apiGroups: [metrics.k8s.io]
  resources: [pods]
  verbs: [list]
{{- end }}

{{/* What the command calls from outside, for whoever submits and reads runs. */}}
{{- define "executor.userRules" -}}
# The driver's Job of a run, made and followed, and replaced when it has ended or cannot start; what dead drivers left (`executor gc`).
- apiGroups: [batch]
  resources: [jobs]
  verbs: [create, get, list, watch, delete, deletecollection]
# The end of Jobs that a dead driver did not come to write (`executor gc`).
- apiGroups: [batch]
  resources: [jobs/status]
  verbs: [patch]
# Whether a run has a driver (`executor gc`).
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get]
# The run's anchor; with it goes all that it owns.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [create, get, list, delete]
# Why a driver does not start.
- apiGroups: [""]
  resources: [events]
  verbs: [list]
# The driver's pod and the store's.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
# The driver's log, which is a run's events, and logs that are followed while a task runs.
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
# The way to the store.
- apiGroups: [""]
  resources: [pods/portforward]
  verbs: [create, get]
# The store's master key, and no other Secret.
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [executor-store-key]
  verbs: [get]
# Where the store is.
- apiGroups: [""]
  resources: [services]
  verbs: [get]
# What attempts use while they run, where there is a metrics server.
- apiGroups: [metrics.k8s.io]
  resources: [pods]
  verbs: [list]
# What `executor doctor` tells of the namespace.
- apiGroups: [""]
  resources: [resourcequotas, limitranges]
  verbs: [list]
{{- end }}

{{/* How large the nodes are. */}}
{{- define "executor.nodeRules" -}}
- apiGroups: [""]
  resources: [nodes]
  verbs: [list, watch]
{{- end }}

{{/* What attempts use while they run, where there is no metrics server. The API server asks for this right, and not for nodes/stats. */}}
{{- define "executor.kubeletRules" -}}
- apiGroups: [""]
  resources: [nodes/proxy]
  verbs: [get]
{{- end }}

{{/* What a driver calls beside that to size classes by VPA. */}}
{{- define "executor.vpaDriverRules" -}}
# What a VPA names as its target, one for each class.
- apiGroups: [executor.dev]
  resources: [taskclasses]
  verbs: [create, get]
# Which pods are the class's.
- apiGroups: [executor.dev]
  resources: [taskclasses/status]
  verbs: [patch]
# What VPA recommends.
- apiGroups: [autoscaling.k8s.io]
  resources: [verticalpodautoscalers]
  verbs: [list]
{{- end }}

{{/* What `executor doctor` looks at where classes are sized by VPA. */}}
{{- define "executor.vpaExaminationRules" -}}
# Which classes there are, and which pods a VPA would see.
- apiGroups: [executor.dev]
  resources: [taskclasses]
  verbs: [get, list]
- apiGroups: [executor.dev]
  resources: [taskclasses/scale]
  verbs: [get]
# Which VPA is a class's.
- apiGroups: [autoscaling.k8s.io]
  resources: [verticalpodautoscalers]
  verbs: [list]
{{- end }}
