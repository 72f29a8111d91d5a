import { ADMIN_PORT } from '../../crds/resource-type.ts';
import type { KubeObject } from '../../kube/object.ts';
import { listAll } from '../../kube/page-list.ts';
import { collectionPath } from '../../kube/paths.ts';
import type { Transport } from '../../kube/transport.ts';
import { explain } from '../errors/explain.ts';
import { type Balancer, CALL_TIMEOUT_MS } from './balancers.ts';
import type { Session } from './session.ts';

/** Selects what belongs to the operator, by the label that its chart gives. */
export const OPERATOR_LABEL = 'app.kubernetes.io/name=l4balancer-operator';

/** A pod, with only the fields used. */
export interface RawPod extends KubeObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly {
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** A proxy pod of a balancer. */
export interface Pod {
  readonly name: string;
  /** Empty if it is not scheduled. */
  readonly node: string;
  readonly ip: string | undefined;
  readonly adminPort: number;
  readonly isReady: boolean;
  /** It runs, so that it can be asked. */
  readonly isRunning: boolean;
  readonly isLeaving: boolean;
  readonly restarts: number;
  /** Why it does not run, in a word such as `ImagePullBackOff`; undefined if it does. */
  readonly trouble: string | undefined;
  /** The same as a sentence; empty if nothing says more. */
  readonly detail: string;
  readonly createdAt: string | undefined;
}

/** Name of the admin port in the pods that the operator makes. */
const ADMIN_PORT_NAME = 'admin';

export const podOf = ({ metadata, spec, status = {} }: RawPod): Pod => {
  const { phase = 'Pending', conditions = [], podIP } = status;
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const waiting = containers.map(({ state }) => state?.waiting).find((one) => one?.reason !== undefined);
  const unscheduled = conditions.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  const isRunning = phase === 'Running';
  const trouble = status.reason ?? waiting?.reason ?? unscheduled?.reason ?? (isRunning ? undefined : phase);
  return {
    name: metadata.name,
    node: spec?.nodeName ?? '',
    ip: podIP,
    adminPort:
      spec?.containers?.flatMap(({ ports = [] }) => ports).find(({ name }) => name === ADMIN_PORT_NAME)
        ?.containerPort ?? ADMIN_PORT,
    isReady: conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    isRunning,
    isLeaving: metadata.deletionTimestamp !== undefined,
    restarts: containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    trouble,
    detail: status.message ?? waiting?.message ?? unscheduled?.message ?? '',
    createdAt: metadata.creationTimestamp,
  };
};

/**
 * The proxy pods of a balancer, sorted by name; none before the operator has written what selects them.
 * Throws CliError.
 */
export const listPods = async (
  { transport, namespace }: Session,
  { metadata, status }: Balancer,
): Promise<readonly Pod[]> => {
  if (!status?.selector) return [];
  const pods = await podsOf(
    transport,
    metadata.namespace ?? namespace,
    status.selector,
    `list the pods of ${metadata.name}`,
  );
  return pods.map(podOf);
};

/** Pods with these labels in a namespace, or in all; sorted. Throws CliError, which says what was `tried`. */
export const podsOf = async (
  transport: Transport,
  namespace: string | undefined,
  labelSelector: string,
  tried: string,
): Promise<readonly RawPod[]> => {
  const { objects } = await listAll<RawPod>({
    transport,
    path: collectionPath({ apiVersion: 'v1', kind: 'Pod' }, namespace),
    labelSelector,
    timeoutMs: CALL_TIMEOUT_MS,
  }).catch((error: unknown) => {
    throw explain(error, tried);
  });
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pod]) => pod);
};
