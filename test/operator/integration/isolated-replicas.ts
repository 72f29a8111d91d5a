import { type IsolatedPod, startIsolatedPod } from './isolated-pod.ts';
import { letRun } from './pod-proxy.ts';
import { podsOf } from './pods.ts';
import type { Anything, TestWorld } from './world.ts';

const FINALIZER = 'l4balancer.dev/kubelet-of-this-test';

/** The pods of `edge`, for which real proxies run as a kubelet would run them. */
export class IsolatedReplicas {
  readonly pods = new Map<string, IsolatedPod>();
  readonly #world: TestWorld;
  readonly #namespace: string;
  readonly #onDeleted: (pod: string) => void;

  constructor(world: TestWorld, namespace: string, onDeleted: (pod: string) => void) {
    this.#world = world;
    this.#namespace = namespace;
    this.#onDeleted = onDeleted;
  }

  /** Does what kubelets do until the namespace has this many pods, all of which run. */
  async letRun(count: number): Promise<void> {
    const world = this.#world;
    await world.eventually(
      `${count} pods`,
      async () => (await podsOf(world.transport, this.#namespace)).length === count,
    );
    for (const pod of await this.#all()) {
      const { name, deletionTimestamp } = pod.metadata;
      const known = this.pods.get(name);
      if (deletionTimestamp !== undefined) {
        this.#onDeleted(name);
        this.pods.delete(name);
        await known?.stop();
        await this.#setFinalizers(name, []);
      } else if (known === undefined) {
        // As a kubelet does, it keeps a deleted pod until its containers have ended.
        await this.#setFinalizers(name, [FINALIZER]);
        const started = await startIsolatedPod(world, this.#namespace, name);
        this.pods.set(name, started);
        await letRun(world, pod, started);
      }
    }
  }

  async stop(): Promise<void> {
    for (const pod of this.pods.values()) await pod.stop();
  }

  async #all(): Promise<readonly Anything[]> {
    const path = `/api/v1/namespaces/${this.#namespace}/pods`;
    const { items } = (await this.#world.transport.request({ method: 'GET', path })) as {
      items: readonly Anything[];
    };
    return items;
  }

  #setFinalizers(name: string, finalizers: readonly string[]): Promise<string> {
    return this.#world.kubectl(
      ...['patch', 'pod', name, '-n', this.#namespace, '--type=merge'],
      ...['-p', JSON.stringify({ metadata: { finalizers } })],
    );
  }
}
