{{/*
Sets missing values to their defaults: `helm upgrade --reuse-values` reuses the values of the older chart, without newer keys.
Every template starts with it. `resources` is left as it is, since the user may have removed a limit.
*/}}
{{- define "operator.defaults" -}}
{{- include "operator.fill" (dict "values" .Values "defaults" (.Files.Get "files/defaults.yaml" | fromYaml)) -}}
{{- end -}}

{{- define "operator.fill" -}}
{{- range $key, $default := .defaults -}}
{{- $value := index $.values $key -}}
{{- if kindIs "invalid" $value -}}
{{- $_ := set $.values $key $default -}}
{{- else if and (kindIs "map" $value) (kindIs "map" $default) (ne $key "resources") -}}
{{- include "operator.fill" (dict "values" $value "defaults" $default) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Name of the objects of the release. */}}
{{- define "operator.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "operator.fullname" .) -}}
{{- else -}}
{{- required "serviceAccount.name is needed with serviceAccount.create=false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "operator.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "operator.labels" -}}
{{ include "operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: l4balancer
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* An image's reference: (list image appVersion) */}}
{{- define "operator.image" -}}
{{- $image := index . 0 -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository ($image.tag | default (index . 1)) -}}
{{- end -}}
{{- end -}}

{{/* Permissions of the operator in the namespaces that it manages. */}}
{{- define "operator.rules" -}}
# The users' resources are only read, except for their status. One is got to see who else has written its status.
- apiGroups: [l4balancer.dev]
  resources: [l4balancers]
  verbs: [get, list, watch]
- apiGroups: [l4balancer.dev]
  resources: [l4balancers/status]
  verbs: [patch]
# Children, written by server-side apply. Garbage collection deletes them with their owner.
- apiGroups: [apps]
  resources: [deployments, daemonsets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [serviceaccounts]
  verbs: [get, list, watch, create, patch]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [roles, rolebindings]
  verbs: [get, list, watch, create, patch]
# Children that a resource no longer needs (service.type None, one replica, another kind of workload) are
# deleted.
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [monitoring.coreos.com]
  resources: [podmonitors]
  verbs: [get, list, watch, create, patch, delete]
# To report why children are not ready.
- apiGroups: [apps]
  resources: [replicasets]
  # Read for the pod template when a rollout is reverted.
  verbs: [get, list, watch]
# Probe pods are created and deleted, and pods refused by a kubelet are deleted. A pod that has disappeared from
# the watch is read before its share of a limit is given to others.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, create, delete]
# Read by the proxies. The operator needs the permission itself to be allowed to grant it in their Roles.
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
# A Role names only the ConfigMaps that listeners have as lists of sources.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [list, watch]
{{- if .Values.rbac.secrets }}
# A proxy's Role names only the Secrets with certificates that its listeners refer to, and that of its ticket keys,
# which the operator writes. Kubernetes has no way to limit this to names that are not known yet.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, patch, delete]
{{- end }}
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}
