{{/* The environment of every process: settings in plain, secrets by reference. */}}
{{- define "service.env" -}}
{{- $prefix := upper .Values.service -}}
{{- $instance := include "service.instance" . -}}
{{- $secret := include "service.secret" . -}}
{{- $global := .Values.global -}}
{{- $known := include "service.known" . | fromJson -}}
- {name: DESKMESH_ENVIRONMENT, value: {{ $global.environment | quote }}}
- {name: DESKMESH_LOG_LEVEL, value: {{ $global.logLevel | quote }}}
- {name: DESKMESH_DRAIN_SECONDS, value: {{ .Values.drainSeconds | quote }}}
- {name: DESKMESH_JWKS_URL, value: "http://{{ $instance }}-gateway:8080"}
- {name: DESKMESH_OBJECT_STORE_URL, value: {{ required "global.objectStore.url is missing: where files are kept, for instance s3://bucket/deskmesh" $global.objectStore.url | quote }}}
- {name: DESKMESH_NATS_STREAM_REPLICAS, value: {{ $global.nats.streamReplicas | quote }}}
{{- if and $known.outside $global.outboundNetworks }}
- {name: DESKMESH_OUTBOUND_NETWORKS, value: {{ $global.outboundNetworks | toJson | quote }}}
{{- end }}
{{- if eq $global.nats.mode "cluster" }}
- name: NATS_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $instance }}-nats-users, key: {{ .Values.service }}}}
{{- $urls := list (printf "nats://%s:$(NATS_PASSWORD)@%s-nats:4222" .Values.service $instance) }}
{{- if $global.nextPasswords.nats }}
{{- $urls = append $urls (printf "nats://%s:$(NATS_NEXT_PASSWORD)@%s-nats:4222" .Values.service $instance) }}
- name: NATS_NEXT_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $instance }}-nats-users, key: next-{{ .Values.service }}}}
{{- end }}
- {name: DESKMESH_NATS_URL, value: {{ join " " $urls | quote }}}
{{- else }}
- name: DESKMESH_NATS_URL
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: nats-url}}
{{- end }}
{{- include "service.databaseUrl" (dict "root" . "role" "app" "variable" (printf "%s_DATABASE_URL" $prefix) "key" "database-url") }}
{{- include "service.databaseUrl" (dict "root" . "role" "relay" "variable" (printf "%s_RELAY_DATABASE_URL" $prefix) "key" "relay-database-url") }}
- {name: {{ $prefix }}_GRPC_LISTEN, value: "{{ .Values.listenAddress }}:9090"}
- {name: {{ $prefix }}_HTTP_LISTEN, value: "{{ .Values.listenAddress }}:8080"}
{{- range include "service.calls" . | fromJsonArray }}
{{- /* A headless name: gRPC sees every pod and takes turns. */}}
- {name: {{ $prefix }}_{{ upper . }}_TARGET, value: "dns:///{{ $instance }}-{{ . }}-grpc:9090"}
{{- end }}
{{- if $known.grpcDoor }}
- {name: {{ $prefix }}_PUBLIC_GRPC_LISTEN, value: "{{ .Values.listenAddress }}:8081"}
- name: GATEWAY_SIGNING_KEY
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: signing-key}}
- name: GATEWAY_ENCRYPTION_KEY
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: encryption-key}}
- name: GATEWAY_SERVICE_KEYS
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: service-keys}}
{{- else }}
- name: {{ $prefix }}_SERVICE_KEY
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: service-key}}
{{- end }}
{{- if and $known.grpcDoor .Values.door.trustedProxies }}
# Whose word on a client's address the HTTP door takes.
- {name: FORWARDED_ALLOW_IPS, value: {{ join "," .Values.door.trustedProxies | quote }}}
{{- end }}
{{- if $known.smtpDoor }}
- name: NOTIFY_PUSH_KEY
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: push-key}}
- {name: NOTIFY_SMTP_LISTEN, value: "{{ .Values.listenAddress }}:2525"}
- {name: NOTIFY_SMTP_OUT, value: {{ .Values.mail.relay | quote }}}
{{- with .Values.mail.domain }}
- {name: NOTIFY_MAIL_DOMAIN, value: {{ . | quote }}}
{{- end }}
{{- end }}
{{- if and $known.smtpDoor $global.publicUrl }}
- {name: NOTIFY_PUBLIC_URL, value: {{ $global.publicUrl | quote }}}
{{- end }}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- range $name, $value := $global.objectStore.env }}
- {name: {{ $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- if and $known.files $global.objectStore.existingSecret }}
{{- range $global.objectStore.secretKeys }}
- name: {{ . }}
  valueFrom: {secretKeyRef: {name: {{ $global.objectStore.existingSecret }}, key: {{ . }}}}
{{- end }}
{{- end }}
{{- with $global.otlp.endpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
{{- end }}
# glibc keeps a heap for each thread otherwise.
- {name: MALLOC_ARENA_MAX, value: "2"}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The DSN of one role: whole from the service's Secret, or put together for the cluster of the umbrella. */}}
{{- define "service.databaseUrl" -}}
{{- $values := .root.Values }}
{{- if eq $values.global.postgresql.mode "cnpg" }}
{{- $address := printf "postgresql://%s_%s:$(%%s)@%s-rw:5432/%s?sslmode=require" $values.service .role (include "service.postgresqlCluster" .root) $values.service }}
{{- $parts := dict (printf "POSTGRES_%s_PASSWORD" (upper .role)) "password" }}
{{- if and $values.global.nextPasswords.postgresql (ne .role "owner") }}
{{- $_ := set $parts (printf "POSTGRES_%s_PASSWORD_NEXT" (upper .role)) "next-password" }}
{{- end }}
{{- $urls := list }}
{{- range $part := keys $parts | sortAlpha }}
{{- $urls = append $urls (printf $address $part) }}
- name: {{ $part }}
  valueFrom: {secretKeyRef: {name: {{ include "service.fullname" $.root }}-db-{{ $.role }}, key: {{ get $parts $part }}}}
{{- end }}
- {name: {{ .variable }}, value: {{ join " " $urls | quote }}}
{{- else }}
- name: {{ .variable }}
  valueFrom: {secretKeyRef: {name: {{ include "service.secret" .root }}, key: {{ .key }}}}
{{- end }}
{{- end -}}

{{- define "service.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "service.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "service.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .Values.global.objectStore.claim }}
- {name: objects, mountPath: /objects}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "service.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 1Gi}
{{- with .Values.global.objectStore.claim }}
- name: objects
  persistentVolumeClaim: {claimName: {{ . }}}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What all pods of a service have in common: API, worker and migration. */}}
{{- define "service.podBasics" -}}
# Kubernetes would set TICKETS_PORT=tcp://… for a Service named tickets, which the settings refuse.
enableServiceLinks: false
automountServiceAccountToken: false
{{- with .Values.global.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - {name: {{ . }}}
  {{- end }}
{{- end }}
securityContext:
  {{- include "service.podSecurityContext" . | nindent 2 }}
{{- end -}}

{{- define "service.containerBasics" -}}
image: {{ include "service.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy | default .Values.global.image.pullPolicy }}
securityContext:
  {{- include "service.securityContext" . | nindent 2 }}
{{- end -}}

{{/* Whether a pod can work. What the gateway says of the services behind it is passed over: one that is away must not
take the front door of all others with it. */}}
{{- define "service.readiness" -}}
/readyz
{{- if (include "service.known" . | fromJson).grpcDoor }}
{{- range $index, $name := include "service.calls" . | fromJsonArray }}{{ ternary "&" "?" (gt $index 0) }}exclude={{ $name }}{{ end }}
{{- end }}
{{- end -}}
