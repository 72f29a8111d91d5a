/** Names one kind of object, as a manifest does. */
export interface TypeRef {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ObjectRef extends TypeRef {
  readonly name: string;
  /** Required for kinds that live in a namespace, refused for the others. */
  readonly namespace?: string | undefined;
}

interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

const inNamespace = (plural: string): Resource => ({ plural, namespaced: true });
const inCluster = (plural: string): Resource => ({ plural, namespaced: false });

/**
 * Every kind that this project reads or writes: a table and not discovery, which would cost a round trip and
 * a permission.
 */
const RESOURCES: Readonly<Record<string, Resource>> = {
  'v1 ConfigMap': inNamespace('configmaps'),
  'v1 Namespace': inCluster('namespaces'),
  'v1 Node': inCluster('nodes'),
  'v1 Pod': inNamespace('pods'),
  'v1 ResourceQuota': inNamespace('resourcequotas'),
  'v1 Secret': inNamespace('secrets'),
  'v1 Service': inNamespace('services'),
  'v1 ServiceAccount': inNamespace('serviceaccounts'),
  'apps/v1 DaemonSet': inNamespace('daemonsets'),
  'apps/v1 Deployment': inNamespace('deployments'),
  'apps/v1 ReplicaSet': inNamespace('replicasets'),
  'apiextensions.k8s.io/v1 CustomResourceDefinition': inCluster('customresourcedefinitions'),
  'autoscaling/v2 HorizontalPodAutoscaler': inNamespace('horizontalpodautoscalers'),
  'coordination.k8s.io/v1 Lease': inNamespace('leases'),
  'discovery.k8s.io/v1 EndpointSlice': inNamespace('endpointslices'),
  'events.k8s.io/v1 Event': inNamespace('events'),
  'l4balancer.dev/v1alpha1 L4Balancer': inNamespace('l4balancers'),
  'monitoring.coreos.com/v1 PodMonitor': inNamespace('podmonitors'),
  'networking.k8s.io/v1 NetworkPolicy': inNamespace('networkpolicies'),
  'policy/v1 PodDisruptionBudget': inNamespace('poddisruptionbudgets'),
  'rbac.authorization.k8s.io/v1 ClusterRole': inCluster('clusterroles'),
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': inCluster('clusterrolebindings'),
  'rbac.authorization.k8s.io/v1 Role': inNamespace('roles'),
  'rbac.authorization.k8s.io/v1 RoleBinding': inNamespace('rolebindings'),
};

/**
 * Path of a collection, such as `/apis/apps/v1/namespaces/default/deployments`; of all namespaces when none
 * is given. @throws RangeError for a kind that the table does not have, or a namespace where there is none.
 */
export function collectionPath(type: TypeRef, namespace?: string): string {
  const resource = resourceOf(type);
  const base = type.apiVersion.includes('/') ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`;
  if (namespace === undefined) return `${base}/${resource.plural}`;
  if (!resource.namespaced) {
    throw new RangeError(`Cannot address ${type.kind} in namespace "${namespace}": it lives in no namespace`);
  }
  return `${base}/namespaces/${segment(namespace, 'namespace')}/${resource.plural}`;
}

/**
 * Path of one object.
 * @throws RangeError as collectionPath does, and when the namespace or the name is missing.
 */
export function objectPath(ref: ObjectRef): string {
  if (resourceOf(ref).namespaced && ref.namespace === undefined) {
    throw new RangeError(
      `Cannot address ${ref.kind} "${ref.name}": it lives in a namespace and none is given`,
    );
  }
  return `${collectionPath(ref, ref.namespace)}/${segment(ref.name, 'name')}`;
}

function resourceOf(type: TypeRef): Resource {
  const resource = RESOURCES[`${type.apiVersion} ${type.kind}`];
  if (resource === undefined) {
    throw new RangeError(
      `Cannot address ${type.kind} of ${type.apiVersion}: the table in kube/paths.ts does not have it; add it there`,
    );
  }
  return resource;
}

function segment(value: string, what: string): string {
  if (value === '') throw new RangeError(`Cannot address an object whose ${what} is empty`);
  return encodeURIComponent(value);
}
