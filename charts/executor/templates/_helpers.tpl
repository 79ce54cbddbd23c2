{{/* Names are fixed, because the command finds the store of a namespace by them: a namespace holds one installation of each part. */}}

{{- define "executor.selectorLabels" -}}
app.kubernetes.io/name: executor
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "executor.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "executor.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: executor
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The full name of an image: include "executor.image" (list $ REPOSITORY) */}}
{{- define "executor.image" -}}
{{- $root := first . -}}
{{- with $root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ last . }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}
{{- end }}

{{/* Requests that are limits, so that the pod is Guaranteed. */}}
{{- define "executor.resources" -}}
requests:
  {{- toYaml . | nindent 2 }}
limits:
  {{- toYaml . | nindent 2 }}
{{- end }}

{{/* What the chart's pods have in common, but for what is the store's or the run's: include "executor.podDefaults" (list $ .Values.store) */}}
{{- define "executor.podDefaults" -}}
{{- $root := first . -}}
{{- $pod := last . -}}
securityContext:
  {{- toYaml $root.Values.podSecurityContext | nindent 2 }}
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $pod.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* Several pods work on one bucket; a folder has one owner: include "executor.requireBucketForSeveralPods" .Values.store */}}
{{- define "executor.requireBucketForSeveralPods" -}}
{{- if and (not .s3.bucket) (or (gt (int .replicas) 1) .autoscaling.enabled) }}
{{- fail (printf "store.%s: several pods of the store need a bucket (store.s3.bucket); a folder has one owner" (ternary "autoscaling.enabled" "replicas" .autoscaling.enabled)) }}
{{- end }}
{{- if and .autoscaling.enabled (gt (int .autoscaling.minReplicas) (int .autoscaling.maxReplicas)) }}
{{- fail (printf "store.autoscaling: minReplicas is %d, more than the %d of maxReplicas" (int .autoscaling.minReplicas) (int .autoscaling.maxReplicas)) }}
{{- end }}
{{- end }}

{{/* The store's flags for a bucket: include "executor.s3Arguments" .Values.store.s3 */}}
{{- define "executor.s3Arguments" -}}
- --s3-bucket={{ .bucket }}
{{- with .endpoint }}
- --s3-endpoint={{ . }}
{{- end }}
{{- with .region }}
- --s3-region={{ . }}
{{- end }}
{{- with .prefix }}
- --s3-prefix={{ . }}
{{- end }}
{{- if .pathStyle }}
- --s3-path-style
{{- end }}
{{- if .existingSecret }}
- --s3-access-key-file=/etc/executor/s3/access-key
- --s3-secret-key-file=/etc/executor/s3/secret-key
{{- end }}
{{- if .ca }}
- --s3-ca-file=/etc/executor/s3-ca/ca.crt
{{- end }}
{{- with .encryption }}
- --s3-encryption={{ . }}
{{- end }}
{{- with .kmsKey }}
- --s3-kms-key={{ . }}
{{- end }}
{{- end }}

{{/* The Secret that holds the store's master key. */}}
{{- define "executor.keySecret" -}}
{{ .Values.store.key.existingSecret | default "executor-store-key" }}
{{- end }}
