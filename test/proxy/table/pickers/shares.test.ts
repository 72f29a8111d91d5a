import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HASHES_SOURCE, PICKERS, planPicking } from '../../../../proxy/table/algorithms.ts';
import { compileTable } from '../../../../proxy/table/compile.ts';
import { finish } from '../../../../proxy/table/pickers/murmur3.ts';
import type { Choice, PickingPlan } from '../../../../proxy/table/pickers/picker.ts';
import { endpointKey, type TableEndpoint } from '../../../../proxy/table/table.ts';
import { configurationFor } from '../../configurations.ts';
import {
  ALGORITHMS,
  type Algorithm,
  choiceOf,
  endpointsOf,
  FIRST_SLOT,
  ifByWeight,
  keys,
  NONE,
} from './choices.ts';

/** Clients that connect one after the other. Once `concurrent` are open, each replaces a random one. */
class Clients {
  counts: number[] = [];
  #algorithm: Algorithm;
  #concurrent: number;
  #open: number[] = [];
  #turn = 0;

  constructor(algorithm: Algorithm, concurrent: number) {
    this.#algorithm = algorithm;
    this.#concurrent = concurrent;
  }

  connect(choice: Choice, count: number): void {
    for (const key of keys(count, this.#turn)) {
      this.#turn++;
      const index = PICKERS[this.#algorithm](choice, NONE, key);
      this.counts[index] = (this.counts[index] ?? 0) + 1;
      this.#open.push(index);
      Atomics.add(choice.open, index + FIRST_SLOT, 1);
      if (this.#open.length < this.#concurrent) continue;
      const [left] = this.#open.splice(finish(key) % this.#open.length, 1) as [number];
      Atomics.sub(choice.open, left + FIRST_SLOT, 1);
    }
  }
}

/**
 * Checks that each endpoint's share of the connections is within three percentage points of the expected one,
 * and that no endpoint has none.
 */
const assertShares = (counts: readonly number[], expected: readonly number[]): void => {
  const all = counts.reduce((sum, count) => sum + (count ?? 0), 0);
  const total = expected.reduce((sum, one) => sum + one, 0);
  for (const [index, part] of expected.entries()) {
    const [has, should] = [(counts[index] ?? 0) / all, part / total];
    const message = `endpoint ${index} has ${(100 * has).toFixed(1)} % of ${all}, not ${(100 * should).toFixed(1)} %`;
    assert.ok(Math.abs(has - should) <= Math.min(0.03, 0.75 * should), `${message}: ${counts}`);
  }
};

const LOADS: readonly (readonly [string, number])[] = [
  ['one connection at a time', 1],
  ['five connections at a time', 5],
  ['a thousand connections at a time', 1000],
];

for (const algorithm of ALGORITHMS)
  for (const [load, concurrent] of LOADS) {
    for (const weights of [[9, 1], [1, 9], [1, 2, 5], [10, 1, 10, 10], Array<number>(16).fill(1)])
      test(`${algorithm} distributes ${load} by the weights ${weights}`, ifByWeight(algorithm), () => {
        const clients = new Clients(algorithm, concurrent);
        clients.connect(choiceOf(algorithm, endpointsOf(weights)), Math.max(3000, 20 * concurrent));
        assertShares(clients.counts, weights);
      });

    test(
      `${algorithm} gives an endpoint in slow start ${HASHES_SOURCE.has(algorithm) ? 'its full share at once' : 'a growing share'} of ${load}`,
      ifByWeight(algorithm),
      () => {
        const all = endpointsOf([1, 1, 1]);
        const young = endpointKey(all[2] as TableEndpoint);
        const configuration = configurationFor({
          listeners: [{ name: 'l', port: 80, backend: 'b' }],
          backends: [{ name: 'b', algorithm, slowStart: '30s', service: { name: 'b', port: 80 } }],
        });
        const targets = new Map([['b', all.map((endpoint) => ({ ...endpoint, backup: false }))]]);
        const snapshot = { revision: 'r', configuration, targets, findings: [] };
        const choice = choiceOf(algorithm, all);
        const clients = new Clients(algorithm, concurrent);
        const old = all.slice(0, 2);
        const before = {
          ...choice,
          ...planPicking(algorithm, old),
          candidates: choice.candidates.slice(0, 2),
        };
        clients.connect(before, concurrent);
        clients.counts = [];
        const expected = [0, 0, 0];
        // There is a table for each step. With few open connections, four clients connect between two steps,
        // so that an endpoint waits for its turn over several tables, and the start is repeated so that
        // chance evens out. With many, the open connections match the weights of the step.
        const steps = Array.from({ length: 37 }, (_, step) => 0.1 + step / 40);
        const [starts, clientsBetween] = concurrent === 1000 ? [1, 2000] : [20, 4];
        const plans = new Map<string, PickingPlan>();
        for (const step of Array.from({ length: starts }, () => steps).flat()) {
          const view = {
            isHealthy: () => true,
            share: (_: string, key: string) => (key === young ? step : 1),
          };
          const endpoints = compileTable(snapshot, view).backends[0]?.endpoints ?? [];
          const weights = endpoints.map(({ weight }) => weight);
          const candidates = choice.candidates.map((one, index) => ({
            ...one,
            weight: weights[index] as number,
          }));
          const plan = plans.getOrInsertComputed(`${weights}`, () => planPicking(algorithm, endpoints));
          clients.connect({ ...choice, ...plan, candidates }, clientsBetween);
          const sum = weights.reduce((a, b) => a + b, 0);
          for (const [index, weight] of weights.entries())
            expected[index] = (expected[index] ?? 0) + weight / sum;
        }
        assertShares(clients.counts, expected);
      },
    );
  }
