import type { Backend } from '../../../../crds/backend.ts';
import { PICKERS, planPicking } from '../../../../proxy/table/algorithms.ts';
import { finish } from '../../../../proxy/table/pickers/murmur3.ts';
import type { Choice } from '../../../../proxy/table/pickers/picker.ts';
import type { TableEndpoint } from '../../../../proxy/table/table.ts';

export type Algorithm = Backend['algorithm'];

export const ALGORITHMS = Object.keys(PICKERS) as Algorithm[];

/** Whether an algorithm distributes connections by the weights of the endpoints: true, or why not. */
const BY_WEIGHT: Readonly<Record<Algorithm, true | string>> = {
  RoundRobin: true,
  LeastConnections: true,
  Random: true,
  SourceHash: true,
  Maglev: true,
};

/** Options of a test that applies only to algorithms that distribute by weight. */
export const ifByWeight = (algorithm: Algorithm): { readonly skip: string | false } => {
  const claim = BY_WEIGHT[algorithm];
  return { skip: claim === true ? false : `does not distribute by weight: ${claim}` };
};

/** Endpoints 10.0.0.0, 10.0.0.1 and so on, with these weights. */
export const endpointsOf = (weights: readonly number[]): readonly TableEndpoint[] =>
  weights.map((weight, index) => ({ address: `10.0.${index >> 8}.${index & 255}`, port: 80, weight }));

/** Slots start at this number, so that a slot is never mistaken for an index. */
export const FIRST_SLOT = 3;
const CURSOR = 2;

/** The input of a picker, as an acceptor provides it; `open` has the endpoints' open connections. */
export const choiceOf = (
  algorithm: Algorithm,
  endpoints: readonly TableEndpoint[],
  { open = [], cursor = 0 }: { readonly open?: readonly number[]; readonly cursor?: number } = {},
): Choice => {
  const cursors = new Int32Array(4);
  cursors[CURSOR] = cursor;
  return {
    ...planPicking(algorithm, endpoints),
    candidates: endpoints.map(({ weight }, index) => ({ slot: index + FIRST_SLOT, weight })),
    open: Int32Array.from(
      { length: endpoints.length + FIRST_SLOT },
      (_, slot) => open[slot - FIRST_SLOT] ?? 0,
    ),
    cursors,
    dues: new Float64Array(endpoints.length + FIRST_SLOT).fill(Number.POSITIVE_INFINITY),
    clocks: new Float64Array(4),
    backendSlot: CURSOR,
  };
};

/** Pseudo-random keys, the same in every run: those of as many clients, or as many random numbers. */
export const keys = (count: number, from = 0): readonly number[] =>
  Array.from({ length: count }, (_, index) => finish(from + index + 1));

export const NONE: ReadonlySet<number> = new Set();
