import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice } from '../../kube/endpoint-slice.ts';
import { endpointsOf } from '../../kube/endpoint-slices.ts';
import { near, type Place } from '../../kube/topology-hints.ts';

const named = (names: string) => (names === '' ? [] : names.split(' ').map((name) => ({ name })));

/** Of each endpoint: for which zones, and for which nodes; undefined without hints. */
type Meant = readonly [zones: string, nodes?: string] | undefined;

const CASES: readonly {
  readonly name: string;
  readonly endpoints: readonly Meant[];
  readonly place: Place;
  /** Indexes of those that are near. */
  readonly near: readonly number[];
}[] = [
  { name: 'no hints', endpoints: [undefined, undefined], place: { zone: 'a' }, near: [0, 1] },
  { name: 'the zone', endpoints: [['a'], ['b'], ['b a']], place: { zone: 'a' }, near: [0, 2] },
  { name: 'one without hints', endpoints: [['a'], ['b'], undefined], place: { zone: 'a' }, near: [0, 1, 2] },
  { name: 'one with an empty hint', endpoints: [['a'], ['']], place: { zone: 'a' }, near: [0, 1] },
  { name: 'nothing for the zone', endpoints: [['b'], ['c']], place: { zone: 'a' }, near: [0, 1] },
  { name: 'a place that is not known', endpoints: [['a'], ['b']], place: {}, near: [0, 1] },
  {
    name: 'the node before the zone',
    endpoints: [
      ['a', 'n1'],
      ['a', 'n2'],
      ['b', 'n3'],
    ],
    place: { zone: 'a', node: 'n2' },
    near: [1],
  },
  {
    name: 'nothing for the node, so the zone',
    endpoints: [
      ['a', 'n1'],
      ['a', 'n2'],
      ['b', 'n3'],
    ],
    place: { zone: 'a', node: 'n9' },
    near: [0, 1],
  },
  {
    name: 'nodes for some alone, so the zone',
    endpoints: [['a', 'n1'], ['a'], ['b', 'n3']],
    place: { zone: 'a', node: 'n1' },
    near: [0, 1],
  },
];
for (const { name, endpoints, place, near: expected } of CASES)
  test(`hints with ${name}`, () => {
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
      near(all, place).map((one) => all.indexOf(one)),
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

test('of the ready endpoints of a Service those of other zones are far', () => {
  const all = [endpoint('10.0.0.1', 'a'), endpoint('10.0.0.2', 'b'), endpoint('10.0.0.3', 'b', false)];
  assert.deepEqual(farOf(all), ['10.0.0.2']);
});

test('where no endpoint of the zone is ready none is far', () => {
  assert.deepEqual(farOf([endpoint('10.0.0.1', 'a', false), endpoint('10.0.0.2', 'b')]), []);
});
