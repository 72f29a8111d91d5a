import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { BackendPolicy } from '../configuration/backend-policy.ts';
import { planPicking } from '../table/algorithms.ts';
import type { PickingPlan } from '../table/pickers/picker.ts';
import type { AcceptorEndpoint, SharedEndpoints } from './acceptor/messages.ts';
import { shareEndpoints } from './share-endpoints.ts';

interface BackendInput {
  readonly name: string;
  readonly policy: Pick<BackendPolicy, 'algorithm'>;
  readonly endpoints: readonly AcceptorEndpoint[];
}

/** The data of a backend that all acceptors share. */
export interface Prepared {
  readonly plan: PickingPlan;
  readonly endpoints: SharedEndpoints;
}

interface CacheEntry extends BackendInput {
  readonly prepared: Prepared;
}

const sameEndpoints = (a: readonly AcceptorEndpoint[], b: readonly AcceptorEndpoint[]): boolean =>
  a.length === b.length &&
  a.every((one, index) => {
    const other = b[index];
    return (
      one.slot === other?.slot &&
      one.weight === other.weight &&
      one.address === other.address &&
      one.port === other.port
    );
  });

/** Copies a plan into shared memory, so that posting it to each acceptor copies nothing. */
const toSharedMemory = ({ turns, seeds }: PickingPlan): PickingPlan => {
  const copy = {
    turns: new Uint16Array(new SharedArrayBuffer(turns.byteLength)),
    seeds: new Uint32Array(new SharedArrayBuffer(seeds.byteLength)),
  };
  copy.turns.set(turns);
  copy.seeds.set(seeds);
  return copy;
};

/**
 * Endpoints and picking plans of the served backends; cached from one table to the next, and rebuilt only for
 * a backend that changed.
 */
export class PickingPlans {
  #cache = new Map<string, CacheEntry>();

  /**
   * By backend name; those of other backends are dropped. Yields to the event loop after each one that is
   * built.
   */
  async prepare(backends: readonly BackendInput[]): Promise<ReadonlyMap<string, Prepared>> {
    const next = new Map<string, CacheEntry>();
    for (const { name, policy, endpoints } of backends) {
      const { algorithm } = policy;
      const cached = this.#cache.get(name);
      if (cached?.policy.algorithm === algorithm && sameEndpoints(cached.endpoints, endpoints)) {
        next.set(name, cached);
        continue;
      }
      const prepared = {
        plan: toSharedMemory(planPicking(algorithm, endpoints)),
        endpoints: shareEndpoints(endpoints),
      };
      next.set(name, { name, policy, endpoints, prepared });
      await yieldToEventLoop();
    }
    this.#cache = next;
    return new Map([...next].map(([name, { prepared }]) => [name, prepared]));
  }
}
