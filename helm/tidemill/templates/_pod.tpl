{{/*
The container of a node. A chart that has this one as a dependency places it in its own pod:
  {{- include "tidemill.container" .Subcharts.tidemill | nindent 8 }}
*/}}
{{- define "tidemill.container" -}}
- name: tidemill
  image: {{ include "tidemill.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args: ["node", "--config", "/etc/tidemill/config/tidemill.yaml"]
  env:
    - name: JDK_JAVA_OPTIONS
      value: {{ concat (list (printf "-XX:MaxRAMPercentage=%d.0" (int .Values.jvm.heapPercent)) "-XX:+ExitOnOutOfMemoryError") .Values.jvm.options | join " " | quote }}
    {{- with .Values.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - name: consensus
      containerPort: {{ .Values.ports.consensus }}
    - name: health
      containerPort: {{ .Values.ports.health }}
    {{- if gt (int .Values.ports.reader) 0 }}
    - name: reader
      containerPort: {{ .Values.ports.reader }}
    {{- end }}
    {{- if gt (int .Values.ports.deployer) 0 }}
    - name: deployer
      containerPort: {{ .Values.ports.deployer }}
    {{- end }}
    {{- if gt (int .Values.ports.http) 0 }}
    - name: http
      containerPort: {{ .Values.ports.http }}
    {{- end }}
  startupProbe:
    grpc: {port: {{ .Values.ports.health }}, service: readiness}
    periodSeconds: {{ .Values.probes.periodSeconds }}
    failureThreshold: {{ max 1 (div (int .Values.probes.startupSeconds) (int .Values.probes.periodSeconds)) }}
  readinessProbe:
    grpc: {port: {{ .Values.ports.health }}, service: readiness}
    periodSeconds: {{ .Values.probes.periodSeconds }}
    failureThreshold: 2
  livenessProbe:
    grpc: {port: {{ .Values.ports.health }}, service: liveness}
    periodSeconds: {{ .Values.probes.periodSeconds }}
    timeoutSeconds: 5
    failureThreshold: 6
  lifecycle:
    preStop:
      sleep: {seconds: {{ .Values.shutdown.preStopSeconds }}}
  resources:
    {{- toYaml .Values.resources | nindent 4 }}
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    runAsNonRoot: true
    capabilities:
      drop: [ALL]
  volumeMounts:
    - {name: data, mountPath: /data}
    - {name: tmp, mountPath: /tmp}
    - {name: config, mountPath: /etc/tidemill/config, readOnly: true}
    {{- if or .Values.chain.specification .Values.chain.existingConfigMap }}
    - {name: chain, mountPath: /etc/tidemill/chain, readOnly: true}
    {{- end }}
    {{- if .Values.socket.enabled }}
    - {name: socket, mountPath: /run/tidemill}
    {{- end }}
    {{- if .Values.tls.existingSecret }}
    - {name: tls, mountPath: /etc/tidemill/tls, readOnly: true}
    {{- end }}
    {{- if .Values.tls.clientCaSecret }}
    - {name: client-ca, mountPath: /etc/tidemill/client-ca, readOnly: true}
    {{- end }}
    {{- if .Values.replica.primaryCaSecret }}
    - {name: primary-ca, mountPath: /etc/tidemill/primary-ca, readOnly: true}
    {{- end }}
    {{- if .Values.auth.existingSecret }}
    - {name: auth, mountPath: /etc/tidemill/auth, readOnly: true}
    {{- end }}
{{- end -}}

{{/* The volumes of that container, but for `data`: a claim in mode node, the pod's own in mode replica. */}}
{{- define "tidemill.volumes" -}}
- name: tmp
  emptyDir: {}
- name: config
  configMap:
    name: {{ include "tidemill.fullname" . }}
{{- if or .Values.chain.specification .Values.chain.existingConfigMap }}
- name: chain
  configMap:
    name: {{ default (printf "%s-chain" (include "tidemill.fullname" .)) .Values.chain.existingConfigMap }}
{{- end }}
{{- if .Values.socket.enabled }}
- name: socket
  emptyDir: {medium: Memory, sizeLimit: 1Mi}
{{- end }}
{{- with .Values.tls.existingSecret }}
- name: tls
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- with .Values.tls.clientCaSecret }}
- name: client-ca
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- with .Values.replica.primaryCaSecret }}
- name: primary-ca
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- with .Values.auth.existingSecret }}
- name: auth
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- if eq .Values.mode "replica" }}
- name: data
  emptyDir: {sizeLimit: {{ .Values.persistence.ephemeralLimit }}}
{{- end }}
{{- end -}}

{{/* The claim of the data volume. */}}
{{- define "tidemill.claim" -}}
- metadata:
    name: data
    {{- with .Values.persistence.annotations }}
    annotations: {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .Values.persistence.storageClass }}
    storageClassName: {{ . }}
    {{- end }}
    resources:
      requests:
        storage: {{ .Values.persistence.size }}
{{- end -}}

{{/* Who the processes of the pod are. */}}
{{- define "tidemill.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{/* The pod of a workload of this chart. */}}
{{- define "tidemill.pod" -}}
metadata:
  labels:
    {{- include "tidemill.labels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include "tidemill.config" . | sha256sum }}
    checksum/chain: {{ .Values.chain.specification | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "tidemill.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add .Values.shutdown.preStopSeconds .Values.shutdown.graceSeconds 15 }}
  securityContext:
    {{- include "tidemill.podSecurity" . | nindent 4 }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  affinity:
    {{- if .Values.affinity }}
    {{- toYaml .Values.affinity | nindent 4 }}
    {{- else }}
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 100
          podAffinityTerm:
            topologyKey: kubernetes.io/hostname
            labelSelector:
              matchLabels:
                {{- include "tidemill.selector" . | nindent 16 }}
    {{- end }}
  containers:
    {{- include "tidemill.container" . | nindent 4 }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "tidemill.volumes" . | nindent 4 }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
