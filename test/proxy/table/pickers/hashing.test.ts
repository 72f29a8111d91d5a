import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HASHES_SOURCE, PICKERS } from '../../../../proxy/table/algorithms.ts';
import { clientKey } from '../../../../proxy/table/client-key.ts';
import { compileTable } from '../../../../proxy/table/compile.ts';
import { endpointKey, type TableEndpoint } from '../../../../proxy/table/table.ts';
import { configurationFor } from '../../configurations.ts';
import { type Algorithm, choiceOf, endpointsOf, keys, NONE } from './choices.ts';

/** The endpoint for each client. */
const answers = (algorithm: Algorithm, endpoints: readonly TableEndpoint[], clients: readonly number[]) => {
  const choice = choiceOf(algorithm, endpoints);
  return clients.map((key) => {
    const found = endpoints[PICKERS[algorithm](choice, NONE, key)];
    assert.ok(found);
    return endpointKey(found);
  });
};

/** The endpoints of a table that is compiled from a source with this order. */
const compiled = (algorithm: Algorithm, endpoints: readonly TableEndpoint[]): readonly TableEndpoint[] => {
  const snapshot = {
    revision: 'r',
    configuration: configurationFor({
      listeners: [{ name: 'l', port: 80, backend: 'b' }],
      backends: [{ name: 'b', algorithm, service: { name: 'b', port: 80 } }],
    }),
    targets: new Map([['b', endpoints.map((endpoint) => ({ ...endpoint, backup: false }))]]),
    findings: [],
  };
  return compileTable(snapshot, { isHealthy: () => true, share: () => 1 }).backends[0]?.endpoints ?? [];
};

const address = (last: number): Uint8Array =>
  Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, last]);

/**
 * The endpoints of these clients when this test was written. A replica of another version or on another
 * machine must compute the same, or a rollout moves clients.
 */
const PINNED: Readonly<Record<string, readonly string[]>> = {
  SourceHash: ['0', '1', '2', '3', '2', '3', '1', '3'].map((last) => `10.0.0.${last}:80`),
  Maglev: ['2', '2', '2', '3', '1', '3', '1', '2'].map((last) => `10.0.0.${last}:80`),
};

for (const algorithm of HASHES_SOURCE) {
  test(`${algorithm} gives a client the same endpoint whatever the order of the endpoints`, () => {
    const endpoints = endpointsOf([3, 1, 1, 2, 1, 5, 1]);
    const clients = keys(500);
    const inOrder = answers(algorithm, compiled(algorithm, endpoints), clients);
    for (const other of [endpoints.toReversed(), [...endpoints.slice(3), ...endpoints.slice(0, 3)]])
      assert.deepEqual(answers(algorithm, compiled(algorithm, other), clients), inOrder);
  });

  test(`${algorithm} gives a client the same endpoint in every version, process and machine`, () => {
    const clients = [1, 2, 3, 4, 5, 6, 7, 8].map((last) => clientKey(address(last), 0));
    const all = endpointsOf([1, 1, 2, 1]);
    assert.deepEqual(answers(algorithm, all, clients), PINNED[algorithm]);
  });

  test(`${algorithm} ignores loads and turns`, () => {
    const endpoints = endpointsOf([1, 1, 1]);
    const [idle, busy] = [
      choiceOf(algorithm, endpoints),
      choiceOf(algorithm, endpoints, { open: [9, 0, 4], cursor: 77 }),
    ];
    for (const key of keys(100))
      assert.equal(PICKERS[algorithm](idle, NONE, key), PICKERS[algorithm](busy, NONE, key));
  });

  test(`${algorithm} spreads the clients of an avoided endpoint over all the others`, () => {
    const endpoints = endpointsOf(Array<number>(8).fill(1));
    const choice = choiceOf(algorithm, endpoints);
    const counts = endpoints.map(() => 0);
    for (const key of keys(40_000)) {
      const first = PICKERS[algorithm](choice, NONE, key);
      if (first !== 0) continue;
      const next = PICKERS[algorithm](choice, new Set([choice.candidates[0]?.slot ?? -1]), key);
      counts[next] = (counts[next] as number) + 1;
    }
    const moved = counts.reduce((a, b) => a + b, 0);
    assert.equal(counts[0], 0);
    // Each of the seven others gets a seventh; 30 % of that are more than six standard deviations.
    for (const count of counts.slice(1)) assert.ok(Math.abs(count * 7 - moved) < 0.3 * moved, `${counts}`);
  });
}
