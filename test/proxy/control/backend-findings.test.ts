import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spec } from '../../../crds/l4balancer.ts';
import { backendFindings } from '../../../proxy/control/backend-findings.ts';

/** Endpoints as port:weight; those in `sick` are unhealthy. */
const TABLE: readonly {
  readonly name: string;
  readonly endpoints: readonly (readonly [port: number, weight: number])[];
  readonly sick: readonly number[];
  readonly says: RegExp | undefined;
}[] = [
  {
    name: 'a healthy endpoint',
    endpoints: [
      [1, 1],
      [2, 1],
    ],
    sick: [1],
    says: undefined,
  },
  {
    name: 'no healthy endpoint',
    endpoints: [
      [1, 1],
      [2, 1],
    ],
    sick: [1, 2],
    says: /no healthy endpoint, so all 2 are used/,
  },
  {
    name: 'only a weightless endpoint healthy',
    endpoints: [
      [1, 1],
      [2, 0],
    ],
    sick: [1],
    says: /no healthy endpoint, so all 1 are/,
  },
  {
    name: 'weights of 0 alone',
    endpoints: [
      [1, 0],
      [2, 0],
    ],
    sick: [],
    says: /the weight of each of its 2 endpoints is 0/,
  },
  { name: 'no endpoint, which the source explains', endpoints: [], sick: [], says: undefined },
];

for (const { name, endpoints, sick, says } of TABLE)
  test(`a backend with ${name}`, () => {
    const found = backendFindings(
      {
        revision: 'r',
        spec: spec.parse({
          listeners: [{ name: 'l', port: 80, backend: 'web' }],
          backends: [{ name: 'web', service: { name: 'web', port: 80 } }],
        }),
        targets: new Map([
          ['web', endpoints.map(([port, weight]) => ({ address: '192.0.2.1', port, weight, backup: false }))],
        ]),
        findings: [],
      },
      { isHealthy: (_, endpoint) => !sick.some((port) => endpoint === `192.0.2.1:${port}`) },
    );
    assert.equal(found.length, says === undefined ? 0 : 1);
    if (says !== undefined) assert.match(found[0]?.message ?? '', says);
  });
