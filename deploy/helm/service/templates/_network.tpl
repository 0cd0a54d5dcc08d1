{{- define "service.egressDns" -}}
- ports:
    - {protocol: UDP, port: {{ .Values.global.networkPolicy.dns.port }}}
    - {protocol: TCP, port: {{ .Values.global.networkPolicy.dns.port }}}
  {{- with .Values.global.networkPolicy.dns.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "service.egressPostgresql" -}}
{{- if eq .Values.global.postgresql.mode "cnpg" -}}
- ports:
    - {protocol: TCP, port: 5432}
  to:
    - podSelector:
        matchLabels:
          cnpg.io/cluster: {{ include "service.postgresqlCluster" . }}
{{- else -}}
{{- include "service.egressTo" .Values.global.networkPolicy.postgresql -}}
{{- end -}}
{{- end -}}

{{- define "service.egressNats" -}}
{{- if eq .Values.global.nats.mode "cluster" -}}
- ports:
    - {protocol: TCP, port: 4222}
  to:
    - podSelector:
        matchLabels:
          app.kubernetes.io/name: nats
          app.kubernetes.io/instance: {{ include "service.instance" . }}
{{- else -}}
{{- include "service.egressTo" .Values.global.networkPolicy.nats -}}
{{- end -}}
{{- end -}}

{{/* One port of peers that the values name; of any address where they name none. */}}
{{- define "service.egressTo" -}}
- ports:
    - {protocol: TCP, port: {{ .port }}}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
