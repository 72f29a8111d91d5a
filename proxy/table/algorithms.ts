import type { Algorithm } from '../configuration/backend-policy.ts';
import { endpointSeeds } from './endpoint-seeds.ts';
import { maglevTable } from './maglev-table.ts';
import { pickLeastConnections } from './pickers/least-connections.ts';
import { pickMaglev } from './pickers/maglev.ts';
import type { Picker, PickingPlan } from './pickers/picker.ts';
import { pickRandom } from './pickers/random.ts';
import { pickRoundRobin } from './pickers/round-robin.ts';
import { pickSourceHash } from './pickers/source-hash.ts';
import type { TableEndpoint } from './table.ts';
import { weightedOrder } from './weighted-order.ts';

/** Pickers by the algorithm's name in the resource. */
export const PICKERS: Readonly<Record<Algorithm, Picker>> = {
  RoundRobin: pickRoundRobin,
  LeastConnections: pickLeastConnections,
  Random: pickRandom,
  SourceHash: pickSourceHash,
  Maglev: pickMaglev,
};

/** Algorithms that depend on the client's address. */
export const HASHES_SOURCE: ReadonlySet<Algorithm> = new Set(['SourceHash', 'Maglev']);

const NO_TURNS = new Uint16Array();
const NO_SEEDS = new Uint32Array();

/** Precomputes what the algorithm needs to pick from these endpoints; for Maglev this takes milliseconds. */
export const planPicking = (algorithm: Algorithm, endpoints: readonly TableEndpoint[]): PickingPlan => {
  switch (algorithm) {
    case 'RoundRobin':
    case 'Random':
      return { turns: weightedOrder(endpoints.map(({ weight }) => weight)), seeds: NO_SEEDS };
    case 'SourceHash':
      return { turns: NO_TURNS, seeds: endpointSeeds(endpoints) };
    case 'Maglev':
      return { turns: maglevTable(endpoints), seeds: NO_SEEDS };
    case 'LeastConnections':
      break;
    default:
      algorithm satisfies never;
  }
  return { turns: NO_TURNS, seeds: NO_SEEDS };
};
