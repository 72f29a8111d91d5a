import { setImmediate as otherWork } from 'node:timers/promises';
import type { BackendPolicy } from '../configuration/backend-policy.ts';
import { planPicking } from '../table/pick.ts';
import type { PickingPlan } from '../table/pickers/picker.ts';
import type { AcceptorEndpoint, SharedEndpoints } from './acceptor/messages.ts';
import { shareEndpoints } from './share-endpoints.ts';

interface Planned {
  readonly name: string;
  readonly policy: Pick<BackendPolicy, 'algorithm'>;
  readonly endpoints: readonly AcceptorEndpoint[];
}

/** What the acceptors share of a backend. */
export interface Prepared {
  readonly plan: PickingPlan;
  readonly endpoints: SharedEndpoints;
}

interface Known extends Planned {
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

/** In memory that threads share, so that posting a plan to each acceptor copies nothing. */
const shared = ({ turns, seeds }: PickingPlan): PickingPlan => {
  const there = {
    turns: new Uint16Array(new SharedArrayBuffer(turns.byteLength)),
    seeds: new Uint32Array(new SharedArrayBuffer(seeds.byteLength)),
  };
  there.turns.set(turns);
  there.seeds.set(seeds);
  return there;
};

/** Endpoints and picking plan of each backend that is served; kept from one table to the next, and made anew only for a backend that changed. */
export class PickingPlans {
  #known = new Map<string, Known>();

  /** By backend name; other work of this thread goes on between one that is made and the next. Others are forgotten. */
  async of(backends: readonly Planned[]): Promise<ReadonlyMap<string, Prepared>> {
    const next = new Map<string, Known>();
    for (const { name, policy, endpoints } of backends) {
      const { algorithm } = policy;
      const known = this.#known.get(name);
      if (known?.policy.algorithm === algorithm && sameEndpoints(known.endpoints, endpoints)) {
        next.set(name, known);
        continue;
      }
      const prepared = {
        plan: shared(planPicking(algorithm, endpoints)),
        endpoints: shareEndpoints(endpoints),
      };
      next.set(name, { name, policy, endpoints, prepared });
      await otherWork();
    }
    this.#known = next;
    return new Map([...next].map(([name, { prepared }]) => [name, prepared]));
  }
}
