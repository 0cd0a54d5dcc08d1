{{- define "deskmesh.instance" -}}
{{- .Values.global.instance | default .Release.Name -}}
{{- end -}}

{{/* Labels of what is not a service's own; the component's name is given as the second of a list. */}}
{{- define "deskmesh.labels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ include "deskmesh.instance" $root }}
app.kubernetes.io/part-of: deskmesh
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Where the global values of the service chart hold although no service of this release brings them. */}}
{{- define "deskmesh.policyEnabled" -}}
{{- if dig "networkPolicy" "enabled" true (.Values.global | default dict) }}yes{{ end -}}
{{- end -}}

{{- define "deskmesh.checks" -}}
{{- include "deskmesh.checkChanges" . -}}
{{- if and (eq .Values.global.nats.mode "cluster") (gt (int .Values.global.nats.streamReplicas) (int .Values.nats.replicas)) -}}
{{- fail (printf "global.nats.streamReplicas is %d, but there are only nats.replicas: %d servers to keep copies" (int .Values.global.nats.streamReplicas) (int .Values.nats.replicas)) -}}
{{- end -}}
{{- if and (eq .Values.global.postgresql.mode "cnpg") (ge (int .Values.postgresql.synchronousStandbys) (int .Values.postgresql.instances)) -}}
{{- fail (printf "postgresql.synchronousStandbys: %d needs more than %d instances" (int .Values.postgresql.synchronousStandbys) (int .Values.postgresql.instances)) -}}
{{- end -}}
{{- if and .Values.objectStore.persistence.enabled (not (dig "objectStore" "claim" "" .Values.global)) -}}
{{- fail "objectStore.persistence makes the claim that global.objectStore.claim names: name it" -}}
{{- end -}}
{{- if and (eq .Values.global.postgresql.mode "cnpg") (gt (len (printf "%s-postgres-knowledge" (include "deskmesh.instance" .))) 50) -}}
{{- fail (printf "the installation is called %q, which has more than 31 characters: global.instance names another" (include "deskmesh.instance" .)) -}}
{{- end -}}
{{- range $service, $_ := .Files.Get "files/services.yaml" | fromYaml -}}
{{- $values := index $.Values $service -}}
{{- if and $values.enabled (ne $values.service $service) -}}
{{- fail (printf "%s.service is %q: it says which service stands under this name, and is %s" $service $values.service $service) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Says no to changes of an installation that is there, which Kubernetes would refuse halfway or which would begin anew. */}}
{{- define "deskmesh.checkChanges" -}}
{{- $instance := include "deskmesh.instance" . -}}
{{- with lookup "apps/v1" "StatefulSet" .Release.Namespace (printf "%s-nats" $instance) -}}
{{- $size := (first .spec.volumeClaimTemplates).spec.resources.requests.storage -}}
{{- if ne $size (toString $.Values.nats.storage.size) -}}
{{- fail (printf "nats.storage.size: the volumes of %s-nats have %s, and a StatefulSet keeps what it began with: docs/operations/kubernetes.md says how they grow" $instance $size) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.global.postgresql.mode "cnpg" -}}
{{- range $service := include "deskmesh.services" . | fromJsonArray -}}
{{- with lookup "postgresql.cnpg.io/v1" "Database" $.Release.Namespace (printf "%s-%s" $instance $service) -}}
{{- $cluster := ternary (printf "%s-postgres-%s" $instance $service) (printf "%s-postgres" $instance) $.Values.global.postgresql.perService -}}
{{- if ne .spec.cluster.name $cluster -}}
{{- fail (printf "global.postgresql.perService: the database of %s is in the cluster %s, and %s would begin empty" $service .spec.cluster.name $cluster) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The services whose databases are here: all of them, so that six releases can stand on one ground. */}}
{{- define "deskmesh.services" -}}
{{- .Files.Get "files/services.yaml" | fromYaml | keys | sortAlpha | toJson -}}
{{- end -}}
