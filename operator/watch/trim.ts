import type { ObjectCondition } from '../objects/object-condition.ts';
import type { ContainerStatus, Pod } from '../objects/pod.ts';
import { type Secret, withoutSecrets } from '../objects/secret.ts';
import { TICKETS_ROTATED } from '../objects/ticket-keys.ts';
import type { ReplicaSet } from '../objects/workload.ts';

// Pods and ReplicaSets are most of what is followed, and a pod's spec is most of each. Kept whole, thousands
// of them would fill the operator's memory with data that it never reads.

type PodSpec = NonNullable<Pod['spec']>;

/** All fields of a type by name: the compiler requires a field that is added to the type here, too. */
type Fields<T> = Readonly<Record<keyof T, true>>;

const METADATA = {
  name: true,
  namespace: true,
  uid: true,
  resourceVersion: true,
  labels: true,
  ownerReferences: true,
  deletionTimestamp: true,
  creationTimestamp: true,
} as const;
const POD_SPEC: Fields<PodSpec> = { nodeName: true, containers: true };
const POD_CONTAINER: Fields<NonNullable<PodSpec['containers']>[number]> = { name: true, ports: true };
const POD_STATUS: Fields<NonNullable<Pod['status']>> = {
  phase: true,
  reason: true,
  message: true,
  conditions: true,
  containerStatuses: true,
  initContainerStatuses: true,
  podIP: true,
};
const CONDITION: Fields<ObjectCondition> = {
  type: true,
  status: true,
  reason: true,
  message: true,
  lastTransitionTime: true,
};
const CONTAINER: Fields<ContainerStatus> = {
  name: true,
  image: true,
  ready: true,
  restartCount: true,
  state: true,
  lastState: true,
};

/**
 * The pod with only the fields that its owners are found by, and those that `Pod` of operator/objects names.
 */
export const trimPod = ({ apiVersion, kind, metadata, spec, status }: Pod): Pod => ({
  ...(apiVersion === undefined ? {} : { apiVersion }),
  ...(kind === undefined ? {} : { kind }),
  metadata: pick(metadata, METADATA),
  ...(spec === undefined ? {} : { spec: trimSpec(spec) }),
  ...(status === undefined ? {} : { status: trimStatus(status) }),
});

/** The ReplicaSet without its pod template. */
export const trimReplicaSet = (replicaSet: ReplicaSet): ReplicaSet => {
  const { spec, ...rest } = replicaSet as ReplicaSet & { readonly spec?: object };
  if (spec === undefined) return replicaSet;
  const { template: _, ...kept } = spec as { readonly template?: unknown };
  return { ...rest, spec: kept } as ReplicaSet;
};

/** The Secret without its data, and without annotations that may have a copy of it. */
export const trimSecret = (secret: Secret): Secret => {
  const { metadata, ...rest } = withoutSecrets({ ...secret, kind: 'Secret' });
  const rotated = metadata.annotations?.[TICKETS_ROTATED];
  return {
    ...rest,
    metadata: {
      ...pick(metadata, METADATA),
      ...(rotated === undefined ? {} : { annotations: { [TICKETS_ROTATED]: rotated } }),
    },
  };
};

const trimSpec = (spec: PodSpec): PodSpec => {
  const { containers, ...kept } = pick(spec, POD_SPEC);
  return { ...kept, ...(containers && { containers: containers.map((one) => pick(one, POD_CONTAINER)) }) };
};

const trimStatus = (status: NonNullable<Pod['status']>): NonNullable<Pod['status']> => {
  const { conditions, containerStatuses, initContainerStatuses, ...kept } = pick(status, POD_STATUS);
  return {
    ...kept,
    ...(conditions && { conditions: conditions.map((one) => pick(one, CONDITION)) }),
    ...(initContainerStatuses && {
      initContainerStatuses: initContainerStatuses.map((one) => pick(one, CONTAINER)),
    }),
    ...(containerStatuses && { containerStatuses: containerStatuses.map((one) => pick(one, CONTAINER)) }),
  };
};

/** Only the named fields, and only those that are present. */
const pick = <T extends object, K extends keyof T & string>(
  from: T,
  fields: Readonly<Record<K, true>>,
): Pick<T, K> => Object.fromEntries(Object.entries(from).filter(([field]) => field in fields)) as Pick<T, K>;
