/** Type of an object, as in a manifest. */
export interface TypeRef {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ObjectRef extends TypeRef {
  readonly name: string;
  /** Required for namespaced kinds, refused for the others. */
  readonly namespace?: string | undefined;
}

interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

const inNamespace = (plural: string): Resource => ({ plural, namespaced: true });
const inCluster = (plural: string): Resource => ({ plural, namespaced: false });

/**
 * All kinds that this project reads or writes. A table rather than discovery, which would need a round trip
 * and a permission.
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
  'authentication.k8s.io/v1 TokenReview': inCluster('tokenreviews'),
  'authorization.k8s.io/v1 SubjectAccessReview': inCluster('subjectaccessreviews'),
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
 * Path of a collection, such as `/apis/apps/v1/namespaces/default/deployments`; without a namespace, that of
 * all namespaces. @throws RangeError for a kind that is not in the table, or a namespace for a cluster-scoped
 * kind.
 */
export function collectionPath(type: TypeRef, namespace?: string): string {
  const resource = resourceOf(type);
  const base = type.apiVersion.includes('/') ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`;
  if (namespace === undefined) return `${base}/${resource.plural}`;
  if (!resource.namespaced) {
    throw new RangeError(`Cannot address ${type.kind} in namespace "${namespace}": it is cluster-scoped`);
  }
  return `${base}/namespaces/${segment(namespace, 'namespace')}/${resource.plural}`;
}

/**
 * Path of one object.
 * @throws RangeError like collectionPath, and if the namespace or the name is missing.
 */
export function objectPath(ref: ObjectRef): string {
  if (resourceOf(ref).namespaced && ref.namespace === undefined) {
    throw new RangeError(
      `Cannot address ${ref.kind} "${ref.name}": it is namespaced, but no namespace is given`,
    );
  }
  return `${collectionPath(ref, ref.namespace)}/${segment(ref.name, 'name')}`;
}

function resourceOf(type: TypeRef): Resource {
  const resource = RESOURCES[`${type.apiVersion} ${type.kind}`];
  if (resource === undefined) {
    throw new RangeError(
      `Cannot address ${type.kind} of ${type.apiVersion}: it is not in the table in kube/paths.ts; add it there`,
    );
  }
  return resource;
}

function segment(value: string, what: string): string {
  if (value === '') throw new RangeError(`Cannot address an object whose ${what} is empty`);
  return encodeURIComponent(value);
}
