{{/* The configuration of a server. It names variables of the environment where a password belongs. */}}
{{- define "deskmesh.natsConfig" -}}
{{- $services := .Files.Get "files/services.yaml" | fromYaml -}}
server_name: $POD_NAME
port: 4222
http_port: 8222
pid_file: "/tmp/nats.pid"
max_payload: 1MB
lame_duck_duration: 30s
lame_duck_grace_period: 5s
jetstream {
  store_dir: "/data"
  max_memory_store: 64MB
  max_file_store: {{ .Values.nats.maxFileStore }}
  # What is acknowledged is on the disk.
  sync_interval: always
}
{{- if gt (int .Values.nats.replicas) 1 }}
cluster {
  name: {{ include "deskmesh.instance" . }}
  port: 6222
  no_advertise: true
  # The routes themselves are arguments, since they hold a password.
  authorization { user: route, password: $NATS_PASSWORD_ROUTE }
}
{{- end }}
authorization {
  users = [
    { user: admin, password: $NATS_PASSWORD_ADMIN }
    {{- range $service := keys $services | sortAlpha }}
    {
      user: {{ $service }}, password: $NATS_PASSWORD_{{ upper $service }}
      permissions {
        {{- include "deskmesh.natsPermissions" (dict "service" $service "services" $services) | nindent 8 }}
      }
    }
    {{- end }}
  ]
}
{{- end -}}

{{/* What a service may do: publish its own events, follow the streams that it consumes, and nothing else. */}}
{{- define "deskmesh.natsPermissions" -}}
{{- $service := .service -}}
{{- $consumes := (index .services $service).consumes -}}
publish {
  allow: [
    "deskmesh.{{ $service }}.v1.>"
    "deskmesh.wake.{{ $service }}"
    {{- if eq $service "gateway" }}
    "deskmesh.identity.not_before"
    "deskmesh.gateway.limits"
    "deskmesh.gateway.presence"
    {{- end }}
    # The relay and its stream.
    "$JS.API.STREAM.INFO.deskmesh-{{ $service }}"
    "$JS.API.STREAM.CREATE.deskmesh-{{ $service }}"
    "$JS.API.STREAM.DELETE.deskmesh-{{ $service }}"
    "$JS.API.STREAM.MSG.GET.deskmesh-{{ $service }}"
    "$JS.API.CONSUMER.LIST.deskmesh-{{ $service }}"
    {{- range $consumes }}
    # The durable consumer of {{ . }}'s events; the stream is made by whoever comes first.
    "$JS.API.STREAM.INFO.deskmesh-{{ . }}"
    "$JS.API.STREAM.CREATE.deskmesh-{{ . }}"
    "$JS.API.CONSUMER.DURABLE.CREATE.deskmesh-{{ . }}.{{ $service }}"
    "$JS.API.CONSUMER.CREATE.deskmesh-{{ . }}.{{ $service }}.>"
    "$JS.API.CONSUMER.INFO.deskmesh-{{ . }}.{{ $service }}"
    "$JS.API.CONSUMER.DELETE.deskmesh-{{ . }}.{{ $service }}"
    "$JS.API.CONSUMER.MSG.NEXT.deskmesh-{{ . }}.{{ $service }}"
    "$JS.ACK.deskmesh-{{ . }}.{{ $service }}.>"
    {{- if eq $service "gateway" }}
    # Live events: ephemeral consumers, whose names the server chooses.
    "$JS.API.CONSUMER.CREATE.deskmesh-{{ . }}"
    "$JS.API.CONSUMER.INFO.deskmesh-{{ . }}.*"
    "$JS.API.CONSUMER.DELETE.deskmesh-{{ . }}.*"
    {{- end }}
    {{- end }}
  ]
  {{- if eq $service "gateway" }}
  deny: [
    {{- range $other, $row := .services }}
    {{- if ne $other "gateway" }}
    {{- range $row.consumes }}
    "$JS.API.CONSUMER.DELETE.deskmesh-{{ . }}.{{ $other }}"
    {{- end }}
    {{- end }}
    {{- end }}
  ]
  {{- end }}
}
subscribe {
  allow: ["_INBOX.{{ $service }}.>", "deskmesh.wake.{{ $service }}", "deskmesh.identity.not_before"
    {{- if eq $service "gateway" }}, "deskmesh.gateway.limits", "deskmesh.gateway.presence"{{ end }}]
}
{{- end -}}
