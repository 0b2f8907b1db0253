{{/* Names. */}}
{{- define "tidemill.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "tidemill.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "tidemill.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "tidemill.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that select the pods; they never change in the life of a release. */}}
{{- define "tidemill.selector" -}}
app.kubernetes.io/name: {{ include "tidemill.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: {{ .Values.mode }}
{{- end -}}

{{- define "tidemill.labels" -}}
{{ include "tidemill.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "tidemill.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "tidemill.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "tidemill.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{/* What the schema cannot say. */}}
{{- define "tidemill.check" -}}
{{- if and (eq .Values.mode "replica") (not .Values.replica.primary) -}}
{{- fail "mode replica needs replica.primary: host:port of the reader port of the node to follow" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (ne .Values.mode "replica") -}}
{{- fail "autoscaling.enabled is for mode replica: a node owns its volume and is fed by one consensus client" -}}
{{- end -}}
{{- if and .Values.chain.specification .Values.chain.existingConfigMap -}}
{{- fail "set chain.specification or chain.existingConfigMap, not both" -}}
{{- end -}}
{{- if and .Values.tls.http (not .Values.tls.existingSecret) -}}
{{- fail "tls.http needs tls.existingSecret: the certificate that the HTTP port shows" -}}
{{- end -}}
{{- if and .Values.tls.clientCaSecret (not .Values.tls.existingSecret) -}}
{{- fail "tls.clientCaSecret needs tls.existingSecret: client certificates need TLS" -}}
{{- end -}}
{{- $memory := .Values.resources.limits.memory | toString -}}
{{- $mebibytes := 0 -}}
{{- if hasSuffix "Gi" $memory -}}
{{- $mebibytes = mulf (trimSuffix "Gi" $memory | float64) 1024 | int -}}
{{- else if hasSuffix "Mi" $memory -}}
{{- $mebibytes = trimSuffix "Mi" $memory | int -}}
{{- else -}}
{{- fail (printf "resources.limits.memory is %s: write it in Mi or Gi" $memory) -}}
{{- end -}}
{{- if lt $mebibytes 1536 -}}
{{- fail (printf "resources.limits.memory is %s: a node needs at least 1536Mi" $memory) -}}
{{- end -}}
{{- end -}}

{{/* The configuration file: the free settings with those that the chart decides on top. */}}
{{- define "tidemill.config" -}}
{{- $data := dict "dir" "/data" "store" "rocks" "retain-waves" (ternary .Values.data.retainWaves (int64 .Values.data.retainWaves) (kindIs "string" .Values.data.retainWaves)) -}}
{{- $grpc := dict "host" "0.0.0.0" "port" .Values.ports.consensus "reader-port" .Values.ports.reader "deployer-port" .Values.ports.deployer -}}
{{- if .Values.socket.enabled -}}
{{- $_ := set $grpc "socket" "/run/tidemill/node.sock" -}}
{{- end -}}
{{- $http := dict "host" "0.0.0.0" "port" .Values.ports.http "cors-origins" .Values.http.corsOrigins "allowed-hosts" (concat (include "tidemill.hosts" . | fromJsonArray) .Values.http.allowedHosts) -}}
{{- if .Values.tls.http -}}
{{- $_ := set $http "tls" "server" -}}
{{- end -}}
{{- $execution := dict "workers" .Values.execution.workers "mode" .Values.execution.mode -}}
{{- $own := dict "data" $data "grpc" $grpc "http" $http "execution" $execution "engine" (dict "backend" .Values.engine.backend) "health" (dict "port" .Values.ports.health) "log" (dict "format" "json") "shutdown" (dict "grace" (printf "%ds" (int .Values.shutdown.graceSeconds))) -}}
{{- if or .Values.chain.specification .Values.chain.existingConfigMap -}}
{{- $_ := set $own "chain" (dict "spec" "/etc/tidemill/chain/chain.yaml") -}}
{{- end -}}
{{- if .Values.tls.existingSecret -}}
{{- $tls := dict "certificate" "/etc/tidemill/tls/tls.crt" "key" "/etc/tidemill/tls/tls.key" -}}
{{- if .Values.tls.clientCaSecret -}}
{{- $_ := set $tls "client-ca" "/etc/tidemill/client-ca/ca.crt" -}}
{{- end -}}
{{- $_ := set $own "tls" $tls -}}
{{- end -}}
{{- if .Values.auth.existingSecret -}}
{{- $_ := set $own "auth" (dict "jwt-secret" "/etc/tidemill/auth/jwt.hex") -}}
{{- end -}}
{{- if eq .Values.mode "replica" -}}
{{- $primary := .Values.replica.primary -}}
{{- if .Values.replica.primaryCaSecret -}}
{{- $primary = printf "https://%s?ca=/etc/tidemill/primary-ca/ca.crt" $primary -}}
{{- end -}}
{{- $_ := set $own "replica" (dict "primary" $primary) -}}
{{- end -}}
{{- mergeOverwrite (deepCopy .Values.config) $own | toYaml -}}
{{- end -}}

{{/* The names under which the HTTP service is called inside the cluster. */}}
{{- define "tidemill.hosts" -}}
{{- $name := printf "%s-http" (include "tidemill.fullname" .) -}}
{{- list "localhost" "127.0.0.1" $name (printf "%s.%s" $name .Release.Namespace) (printf "%s.%s.svc" $name .Release.Namespace) (printf "%s.%s.svc.cluster.local" $name .Release.Namespace) | toJson -}}
{{- end -}}

{{/* Whether an object of the Prometheus operator is wanted: (list context value kind), the value true, false or "auto". */}}
{{- define "tidemill.operated" -}}
{{- $wanted := index . 1 -}}
{{- if kindIs "bool" $wanted -}}
{{- if $wanted }}true{{ end -}}
{{- else if (index . 0).Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" (index . 2)) -}}
true
{{- end -}}
{{- end -}}
