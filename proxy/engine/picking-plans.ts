import { setImmediate as otherWork } from 'node:timers/promises';
import { planPicking } from '../table/pick.ts';
import type { PickingPlan } from '../table/picker.ts';
import type { TableBackend, TableEndpoint } from '../table/table.ts';

type Planned = Pick<TableBackend, 'name' | 'algorithm' | 'endpoints'>;
type Known = Planned & { readonly plan: PickingPlan };

const sameEndpoints = (a: readonly TableEndpoint[], b: readonly TableEndpoint[]): boolean =>
  a.length === b.length &&
  a.every((one, index) => {
    const other = b[index];
    return one.address === other?.address && one.port === other.port && one.weight === other.weight;
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

/** The picking plan of each backend that is served; kept from one table to the next, and made anew only for a backend that changed. */
export class PickingPlans {
  #known = new Map<string, Known>();

  /** Plans by backend name; other work of this thread goes on between one that is made and the next. Others are forgotten. */
  async of(backends: readonly Planned[]): Promise<ReadonlyMap<string, PickingPlan>> {
    const next = new Map<string, Known>();
    for (const { name, algorithm, endpoints } of backends) {
      const known = this.#known.get(name);
      if (known?.algorithm === algorithm && sameEndpoints(known.endpoints, endpoints)) {
        next.set(name, known);
        continue;
      }
      next.set(name, { name, algorithm, endpoints, plan: shared(planPicking(algorithm, endpoints)) });
      await otherWork();
    }
    this.#known = next;
    return new Map([...next].map(([name, { plan }]) => [name, plan]));
  }
}
