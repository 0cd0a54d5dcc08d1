{{/* Says no to what a schema cannot see. */}}
{{- define "service.checks" -}}
{{- include "service.checkNames" . -}}
{{- include "service.checkStore" . -}}
{{- include "service.checkScaling" . -}}
{{- include "service.checkDoor" . -}}
{{- include "service.checkEnvironment" . -}}
{{- if and (eq .Values.service "notify") (not .Values.mail.relay) -}}
{{- fail "mail.relay is missing: host:port of the relay for outgoing mail" -}}
{{- end -}}
{{- if and .Values.global.externalSecrets.enabled (not .Values.global.externalSecrets.storeName) -}}
{{- fail "global.externalSecrets.storeName is missing" -}}
{{- end -}}
{{- $lasts := add (int .Values.drainSeconds) (mul 2 (int (.Values.settings.DESKMESH_GRACE_SECONDS | default 5))) 5 -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $lasts) -}}
{{- fail (printf "terminationGracePeriodSeconds must be %d at least: drainSeconds, twice DESKMESH_GRACE_SECONDS, and 5" $lasts) -}}
{{- end -}}
{{- end -}}

{{- define "service.checkNames" -}}
{{- $instance := include "service.instance" . -}}
{{- if not (regexMatch "^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$" $instance) -}}
{{- fail (printf "the installation is called %q; names of objects are made of it, so it has at most 31 small letters, digits and hyphens, a letter first: global.instance names another" $instance) -}}
{{- end -}}
{{- end -}}

{{- define "service.checkStore" -}}
{{- $store := .Values.global.objectStore -}}
{{- if and (hasPrefix "file:" $store.url) (not $store.claim) -}}
{{- fail "global.objectStore.url names a folder: name the claim that keeps it in global.objectStore.claim, or files are lost with the pod" -}}
{{- end -}}
{{- if and (hasPrefix "file:" $store.url) (not (hasPrefix "file:///objects" $store.url)) -}}
{{- fail "global.objectStore.url: the claim is mounted at /objects, so the URL begins with file:///objects" -}}
{{- end -}}
{{- if and (regexMatch "^(az|azure)://" $store.url) (not $store.env.AZURE_STORAGE_ACCOUNT_NAME) -}}
{{- fail "global.objectStore.env.AZURE_STORAGE_ACCOUNT_NAME is missing: an az:// address does not name the account" -}}
{{- end -}}
{{- range $name, $_ := $store.env -}}
{{- if regexMatch "SECRET|PASSWORD|ACCESS_KEY|ACCOUNT_KEY|SESSION_TOKEN|SAS" $name -}}
{{- fail (printf "global.objectStore.env.%s is a secret: it belongs into the Secret that global.objectStore.existingSecret names" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "service.checkScaling" -}}
{{- $worker := .Values.worker -}}
{{- if and $worker.keda.enabled $worker.autoscaling.enabled -}}
{{- fail "worker.keda and worker.autoscaling both scale the workers: enable one of them" -}}
{{- end -}}
{{- if and $worker.keda.enabled (eq .Values.global.nats.mode "external") (not $worker.keda.monitoringEndpoint) -}}
{{- fail "worker.keda.monitoringEndpoint is missing: host:port of the monitoring of the NATS outside" -}}
{{- end -}}
{{- range $what, $scaling := dict "api.autoscaling" .Values.api.autoscaling "worker.autoscaling" $worker.autoscaling "worker.keda" $worker.keda -}}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) -}}
{{- fail (printf "%s.minReplicas: %d is more than maxReplicas: %d" $what (int $scaling.minReplicas) (int $scaling.maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- range $what, $resources := dict "api" .Values.api.resources "worker" $worker.resources "migration" .Values.migration.resources -}}
{{- range $name, $limit := $resources.limits -}}
{{- $request := dig "requests" $name nil $resources -}}
{{- if and $limit $request (gt (include "service.quantity" $request | float64) (include "service.quantity" $limit | float64)) -}}
{{- fail (printf "%s.resources.requests.%s: %v is more than the limit, %v" $what $name $request $limit) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A quantity of Kubernetes as a number. */}}
{{- define "service.quantity" -}}
{{- $units := dict "" 1.0 "m" 0.001 "k" 1e3 "Ki" 1024.0 "M" 1e6 "Mi" 1048576.0 "G" 1e9 "Gi" 1073741824.0 "T" 1e12 "Ti" 1099511627776.0 -}}
{{- if kindIs "string" . -}}
{{- mulf (regexFind "^[0-9.]+" . | float64) (get $units (regexFind "[a-zA-Z]*$" .)) -}}
{{- else -}}
{{- float64 . -}}
{{- end -}}
{{- end -}}

{{- define "service.checkDoor" -}}
{{- $door := .Values.door -}}
{{- if and (ne .Values.service "gateway") (or $door.ingress.enabled $door.gatewayApi.enabled) -}}
{{- fail "door belongs to the gateway: no other service is reached from outside by HTTP" -}}
{{- end -}}
{{- if and $door.ingress.enabled $door.ingress.host (eq $door.ingress.host $door.ingress.grpcHost) -}}
{{- fail "door.ingress.grpcHost must not be door.ingress.host: each of them takes all paths" -}}
{{- end -}}
{{- range $door.gatewayApi.hostnames -}}
{{- if has . $door.gatewayApi.grpcHostnames -}}
{{- fail (printf "door.gatewayApi.grpcHostnames must not have %s, which is in hostnames: each of them takes all paths" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Each variable once, and none that holds a secret in plain. */}}
{{- define "service.checkEnvironment" -}}
{{- range $name, $_ := .Values.settings -}}
{{- if not (or (hasPrefix (printf "%s_" (upper $.Values.service)) $name) (hasPrefix "DESKMESH_" $name)) -}}
{{- fail (printf "settings.%s is no setting of %s: its names begin with %s_ or DESKMESH_" $name $.Values.service (upper $.Values.service)) -}}
{{- end -}}
{{- if regexMatch "(DATABASE_URL|NATS_URL|_KEYS?)(_FILE)?$" $name -}}
{{- fail (printf "settings.%s is a secret: it comes from the Secret %s" $name (include "service.secret" $)) -}}
{{- end -}}
{{- end -}}
{{- $seen := dict -}}
{{- range include "service.env" . | fromYamlArray -}}
{{- if hasKey $seen .name -}}
{{- fail (printf "%s is given twice: the chart sets it by a value of its own, or it stands in two of settings, global.objectStore and extraEnv" .name) -}}
{{- end -}}
{{- $_ := set $seen .name true -}}
{{- end -}}
{{- end -}}
