import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointsOf } from '../../kube/endpoint-slices.ts';

interface Conditions {
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

const READY: Conditions = { ready: true, serving: true, terminating: false };
const NOT_READY: Conditions = { ready: false, serving: false, terminating: false };
const LEAVING: Conditions = { ready: false, serving: true, terminating: true };

const WEB = {
  metadata: { name: 'web', namespace: 'default' },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
};
const HTTP = [{ name: 'http', port: 8080 }];

/** Slices of 100 endpoints each. */
const many = (count: number, conditions: (i: number) => Conditions) =>
  Array.from({ length: Math.ceil(count / 100) }, (_, from) => ({
    metadata: { name: `web-${from}` },
    addressType: 'IPv4',
    ports: HTTP,
    endpoints: Array.from({ length: 100 }, (_, j) => {
      const i = from * 100 + j;
      return { addresses: [`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`], conditions: conditions(i) };
    }),
  }));

const LISTS = ['includes', 'indexOf', 'find', 'findIndex', 'some', 'every', 'filter', 'map'] as const;

/**
 * Upper bound of the list entries that a call iterates over: its cost, independent of the load of the
 * machine.
 */
const entriesVisited = (call: () => unknown): number => {
  let seen = 0;
  const originals = LISTS.map((name) => [name, Array.prototype[name]] as const);
  const replace = (name: string, value: unknown) =>
    Object.defineProperty(Array.prototype, name, { value, writable: true, configurable: true });
  for (const [name, original] of originals)
    replace(name, function (this: unknown[], ...args: unknown[]) {
      seen += this.length;
      return Reflect.apply(original, this, args);
    });
  try {
    call();
  } finally {
    for (const [name, original] of originals) replace(name, original);
  }
  return seen;
};

for (const [name, conditions] of Object.entries({
  'are all ready': () => READY,
  'are all leaving': () => LEAVING,
  'are partly ready': (i: number) => (i % 2 === 0 ? READY : NOT_READY),
}))
  test(`the cost is linear in the number of endpoints when they ${name}`, () => {
    const cost = (count: number) => {
      const slices = many(count, conditions);
      return entriesVisited(() => endpointsOf(WEB, slices, 80));
    };
    assert.ok(cost(1000) >= 1000);
    assert.ok(cost(4000) <= 4.5 * cost(1000), `${cost(1000)} entries of 1,000, and of 4,000 ${cost(4000)}`);
  });

test('a Service may have more endpoints than a call may have arguments', () => {
  const found = endpointsOf(
    WEB,
    many(200_000, () => NOT_READY),
    80,
  );
  assert.equal(found.leaving.length, 200_000);
  const ports = Array.from({ length: 500 }, (_, i) => ({ name: `p${i}`, port: 1000 + i }));
  const endpoints = many(1000, () => READY).flatMap((slice) => slice.endpoints);
  const oneSlice = { metadata: { name: 'web-0' }, addressType: 'IPv4', ports, endpoints };
  assert.equal(endpointsOf(WEB, [oneSlice], 80).leaving.length, 500_000);
});
