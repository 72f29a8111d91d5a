import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice } from '../../kube/endpoint-slice.ts';
import { endpointsOf } from '../../kube/endpoint-slices.ts';
import { type Location, near } from '../../kube/topology-hints.ts';

const named = (names: string) => (names === '' ? [] : names.split(' ').map((name) => ({ name })));

/** Hints of each endpoint: its zones and nodes; undefined without hints. */
type Meant = readonly [zones: string, nodes?: string] | undefined;

const CASES: readonly {
  readonly name: string;
  readonly endpoints: readonly Meant[];
  readonly location: Location;
  /** Indexes of the nearby endpoints. */
  readonly near: readonly number[];
}[] = [
  {
    name: 'no endpoint having any',
    endpoints: [undefined, undefined],
    location: { zone: 'a' },
    near: [0, 1],
  },
  {
    name: 'endpoints for the zone',
    endpoints: [['a'], ['b'], ['b a']],
    location: { zone: 'a' },
    near: [0, 2],
  },
  {
    name: 'one endpoint without any',
    endpoints: [['a'], ['b'], undefined],
    location: { zone: 'a' },
    near: [0, 1, 2],
  },
  {
    name: 'one endpoint with an empty hint',
    endpoints: [['a'], ['']],
    location: { zone: 'a' },
    near: [0, 1],
  },
  { name: 'no endpoint for the zone', endpoints: [['b'], ['c']], location: { zone: 'a' }, near: [0, 1] },
  { name: 'an unknown location', endpoints: [['a'], ['b']], location: {}, near: [0, 1] },
  {
    name: 'endpoints for the node, which is preferred to the zone',
    endpoints: [
      ['a', 'n1'],
      ['a', 'n2'],
      ['b', 'n3'],
    ],
    location: { zone: 'a', node: 'n2' },
    near: [1],
  },
  {
    name: 'no endpoint for the node, so that the zone is used',
    endpoints: [
      ['a', 'n1'],
      ['a', 'n2'],
      ['b', 'n3'],
    ],
    location: { zone: 'a', node: 'n9' },
    near: [0, 1],
  },
  {
    name: 'nodes for some endpoints only, so that the zone is used',
    endpoints: [['a', 'n1'], ['a'], ['b', 'n3']],
    location: { zone: 'a', node: 'n1' },
    near: [0, 1],
  },
];
for (const { name, endpoints, location, near: expected } of CASES)
  test(`nearby endpoints are picked by hints with ${name}`, () => {
    const all = endpoints.map((meant) =>
      meant === undefined
        ? {}
        : {
            hints: {
              forZones: named(meant[0]),
              ...(meant[1] === undefined ? {} : { forNodes: named(meant[1]) }),
            },
          },
    );
    assert.deepEqual(
      near(all, location).map((one) => all.indexOf(one)),
      expected,
    );
  });

const slice = (endpoints: EndpointSlice['endpoints'] & object): EndpointSlice => ({
  metadata: { name: 'web-1', namespace: 'default' },
  addressType: 'IPv4',
  endpoints,
  ports: [{ name: 'http', port: 8080 }],
});
const endpoint = (address: string, zone: string, ready = true) => ({
  addresses: [address],
  conditions: { ready, serving: ready, terminating: false },
  hints: { forZones: [{ name: zone }] },
});
const service = {
  metadata: { name: 'web', namespace: 'default' },
  spec: { ports: [{ name: 'http', port: 80 }] },
};
const farOf = (endpoints: EndpointSlice['endpoints'] & object): readonly string[] =>
  endpointsOf(service, [slice(endpoints)], 80, 'TCP', { zone: 'a' }).far.map(({ address }) => address);

test('ready endpoints of a Service in other zones are far', () => {
  const all = [endpoint('10.0.0.1', 'a'), endpoint('10.0.0.2', 'b'), endpoint('10.0.0.3', 'b', false)];
  assert.deepEqual(farOf(all), ['10.0.0.2']);
});

test('if no endpoint of the zone is ready, none is far', () => {
  assert.deepEqual(farOf([endpoint('10.0.0.1', 'a', false), endpoint('10.0.0.2', 'b')]), []);
});
