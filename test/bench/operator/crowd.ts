import { API_VERSION, KIND } from '../../../crds/resource-type.ts';
import { createWriter } from '../../../kube/apply.ts';
import { startListWatch } from '../../../kube/list-watch.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { collectionPath } from '../../../kube/paths.ts';
import type { Transport } from '../../../kube/transport.ts';

export const NAMESPACE = 'crowd';
/** Kinds of the children of each resource in the crowd. */
export const CHILD_KINDS = [
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
] as const;

/** Number of writes in flight at once. */
const AT_ONCE = 32;
const FIRST_PORT = 8000;

export const nameOf = (index: number): string => `lb-${String(index).padStart(4, '0')}`;

/** A resource of the crowd; its listener has the port FIRST_PORT + `step`. */
const resource = (index: number, step: number) => ({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { name: nameOf(index), namespace: NAMESPACE },
  spec: {
    listeners: [{ name: 'web', port: FIRST_PORT + step, backend: 'web' }],
    backends: [{ name: 'web', service: { name: 'web', port: 80 } }],
    workload: { replicas: 2 },
    service: { type: 'ClusterIP' },
  },
});

interface ServiceWithPorts extends KubeObject {
  readonly spec?: { readonly ports?: readonly { readonly port: number }[] };
}

/** Acts as the user: applies the resources, and waits until their Services have followed. */
export class Crowd {
  #transport: Transport;
  #count: number;
  #write;
  #watch;
  /** Port of the first listener, by the Service's name. */
  #ports = new Map<string, number>();
  #waiters = new Set<() => void>();
  #signal: AbortSignal;

  constructor(transport: Transport, count: number, signal: AbortSignal) {
    this.#transport = transport;
    this.#count = count;
    this.#signal = signal;
    this.#write = createWriter(transport, 'user');
    this.#watch = startListWatch<ServiceWithPorts>({
      transport,
      path: collectionPath({ apiVersion: 'v1', kind: 'Service' }, NAMESPACE),
      onSync: (objects) => {
        for (const object of objects.values()) this.#record(object);
      },
      onChange: (_, object, change) => {
        if (change !== 'Deleted') this.#record(object);
      },
    });
  }

  /** Applies `step` to one resource. */
  async apply(index: number, step: number): Promise<void> {
    await this.#write.apply(resource(index, step), this.#signal);
  }

  /** Applies `step` to all resources, several at once. */
  async applyAll(step: number): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < this.#count) await this.apply(next++, step);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** Resolves when the Service of one resource serves `step`. */
  followed(index: number, step: number): Promise<void> {
    return this.#when(() => this.#ports.get(`l4b-${nameOf(index)}`) === FIRST_PORT + step);
  }

  /** Resolves when the Service of every resource does. */
  async allFollowed(step: number): Promise<void> {
    for (let index = 0; index < this.#count; index++) await this.followed(index, step);
  }

  /** The number of children of all kinds. */
  async children(): Promise<number> {
    const counts = await Promise.all(CHILD_KINDS.map((kind) => this.#countOf(kind)));
    return counts.reduce((sum, one) => sum + one, 0);
  }

  close(): void {
    this.#watch.stop();
  }

  async #countOf(kind: (typeof CHILD_KINDS)[number]): Promise<number> {
    const path = collectionPath(kind, NAMESPACE);
    const page = (await this.#transport.request({ method: 'GET', path, query: { limit: '1' } })) as {
      readonly items: readonly KubeObject[];
      readonly metadata: { readonly remainingItemCount?: number };
    };
    return page.items.length + (page.metadata.remainingItemCount ?? 0);
  }

  #record({ metadata, spec }: ServiceWithPorts): void {
    this.#ports.set(metadata.name, spec?.ports?.[0]?.port ?? 0);
    for (const check of this.#waiters) check();
  }

  #when(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiters.delete(check);
        reject(new Error('stopped'));
      };
      const check = (): void => {
        if (!holds()) return;
        this.#waiters.delete(check);
        this.#signal.removeEventListener('abort', stop);
        resolve();
      };
      this.#waiters.add(check);
      this.#signal.addEventListener('abort', stop);
      if (this.#signal.aborted) stop();
      check();
    });
  }
}
