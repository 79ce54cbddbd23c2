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

{{/* The Secret that holds the store's master key. */}}
{{- define "executor.keySecret" -}}
{{ .Values.store.key.existingSecret | default "executor-store-key" }}
{{- end }}
