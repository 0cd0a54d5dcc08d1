{{/* The name of the installation. */}}
{{- define "service.instance" -}}
{{- .Values.global.instance | default .Release.Name -}}
{{- end -}}

{{- define "service.fullname" -}}
{{- printf "%s-%s" (include "service.instance" .) .Values.service -}}
{{- end -}}

{{- define "service.secret" -}}
{{- .Values.existingSecret | default (include "service.fullname" .) -}}
{{- end -}}

{{/* What never changes in the life of an installation, and so may select pods. */}}
{{- define "service.selector" -}}
app.kubernetes.io/name: {{ .Values.service }}
app.kubernetes.io/instance: {{ include "service.instance" . }}
{{- end -}}

{{- define "service.labels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/part-of: deskmesh
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ include "service.tag" . | trunc 63 | trimSuffix "-" | trimSuffix "." | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "service.tag" -}}
{{- .Values.image.tag | default .Values.global.image.tag | default .Chart.AppVersion -}}
{{- end -}}

{{- define "service.image" -}}
{{- $registry := .Values.image.registry | default .Values.global.image.registry -}}
{{- $repository := .Values.image.repository | default (printf "deskmesh-%s" .Values.service) -}}
{{- with $registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- $repository -}}
{{- if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ include "service.tag" . }}{{ end -}}
{{- end -}}

{{/* This service's row of files/services.yaml, as JSON. */}}
{{- define "service.known" -}}
{{- $known := .Files.Get "files/services.yaml" | fromYaml -}}
{{- index $known .Values.service | toJson -}}
{{- end -}}

{{/* Whom this service calls by gRPC, and who calls it, as JSON lists. */}}
{{- define "service.calls" -}}
{{- $names := list -}}
{{- range (.Files.Get "files/call-graph.yaml" | fromYaml).calls -}}
{{- if eq .from $.Values.service }}{{ $names = append $names .to }}{{ end -}}
{{- end -}}
{{- $names | uniq | toJson -}}
{{- end -}}

{{- define "service.callers" -}}
{{- $names := list -}}
{{- range (.Files.Get "files/call-graph.yaml" | fromYaml).calls -}}
{{- if eq .to $.Values.service }}{{ $names = append $names .from }}{{ end -}}
{{- end -}}
{{- $names | uniq | toJson -}}
{{- end -}}

{{- define "service.postgresqlCluster" -}}
{{- $instance := include "service.instance" . -}}
{{- if .Values.global.postgresql.perService }}{{ $instance }}-postgres-{{ .Values.service }}{{ else }}{{ $instance }}-postgres{{ end -}}
{{- end -}}

{{/* hook or job: how migrations run at the first install. */}}
{{- define "service.migrationOnInstall" -}}
{{- $later := or (eq .Values.global.postgresql.mode "cnpg") .Values.global.externalSecrets.enabled -}}
{{- .Values.migration.onInstall | default (ternary "job" "hook" $later) -}}
{{- end -}}

{{/* A NetworkPolicy's ports. */}}
{{- define "service.tcp" -}}
ports:
{{- range . }}
  - {protocol: TCP, port: {{ . }}}
{{- end }}
{{- end -}}

{{/* The pods of a service of this installation, as a peer. */}}
{{- define "service.peer" -}}
podSelector:
  matchLabels:
    app.kubernetes.io/name: {{ .name }}
    app.kubernetes.io/instance: {{ .instance }}
{{- end -}}
