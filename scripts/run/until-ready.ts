import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../cluster/interface/cluster.ts';
import { ChildError } from '../../tooling/process/child.ts';

interface Resource {
  readonly metadata: { readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly addresses?: readonly { readonly value: string }[];
    readonly selector?: string;
  };
}

interface Deployment {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly spec: { readonly replicas: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly replicas?: number;
  };
}

/** What is still pending, as text; undefined when the newest spec is served. */
export const pendingOfResource = ({ metadata, status }: Resource): string | undefined => {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (!ready || (status?.observedGeneration ?? 0) < metadata.generation)
    return 'edge: waiting for the operator';
  if (ready.status === 'True') return undefined;
  return `edge: ${ready.reason ?? 'not ready'}${ready.message ? `, ${ready.message}` : ''}`;
};

/** Like pendingOfResource, for a Deployment. */
export const pendingOfDeployment = ({ metadata, spec, status }: Deployment): string | undefined => {
  const current = (status?.observedGeneration ?? 0) >= metadata.generation;
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = current ? (status ?? {}) : {};
  if (
    current &&
    updatedReplicas === spec.replicas &&
    replicas === spec.replicas &&
    availableReplicas === spec.replicas
  )
    return undefined;
  return `${metadata.name}: ${Math.min(availableReplicas, updatedReplicas)} of ${spec.replicas} pods ready`;
};

export interface WaitOptions {
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  readonly timeoutMs: number;
}

const POLL_MS = 500;

/**
 * Waits until the Deployments and the L4Balancer `edge` are ready, and reports what is missing; throws with
 * the pods' state.
 */
export const untilReady = async (
  { kubectl }: Cluster,
  deployments: readonly string[],
  { signal, progress, timeoutMs }: WaitOptions,
): Promise<Resource> => {
  const read = async <T>(what: string): Promise<T> =>
    JSON.parse((await kubectl(['get', what, '-o', 'json'])).stdout) as T;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const resource = await read<Resource>('l4balancer/edge');
    const pending = [pendingOfResource(resource)];
    for (const name of deployments) pending.push(pendingOfDeployment(await read(`deployment/${name}`)));
    const missing = pending.filter((text) => text !== undefined);
    if (missing.length === 0) return resource;
    progress(missing.join('; '));
    if (performance.now() > deadline) {
      const pods = (await kubectl(['get', 'pods', '-o', 'wide'])).stdout.trim().split('\n');
      const message = `Not ready after ${Math.round(timeoutMs / 1000)} s: ${missing.join('; ')}`;
      throw new ChildError('ChildFailed', message, pods);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
};
