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

{{- define "service.egressOutside" -}}
- ports:
    - {protocol: TCP, port: 80}
    - {protocol: TCP, port: 443}
  to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: [10.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
    - ipBlock:
        cidr: ::/0
        except: ["fc00::/7", "fe80::/10"]
{{- with .Values.global.outboundNetworks }}
- to:
    {{- range . }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
{{- end }}
{{- end -}}
