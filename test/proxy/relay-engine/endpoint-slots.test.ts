import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignEndpoints } from '../../../proxy/relay-engine/endpoint-slots.ts';
import { Slots } from '../../../proxy/relay-engine/slots.ts';
import type { TableBackend, TableEndpoint } from '../../../proxy/table/table.ts';
import { tableBackend } from '../tables.ts';

const many = (count: number): readonly TableEndpoint[] =>
  Array.from({ length: count }, (_, i) => ({ address: `192.0.2.${i + 1}`, port: 80, weight: 1 }));
const backend = (name: string, candidates: number, inactive = 0): TableBackend =>
  tableBackend({
    name,
    endpoints: many(candidates),
    inactive: many(candidates + inactive).slice(candidates),
  });
const counts = (backends: readonly TableBackend[], slots: number): Record<string, number> =>
  Object.fromEntries(
    [...assignEndpoints(backends, new Slots(slots), () => undefined).byBackend].map(([name, all]) => [
      name,
      all.length,
    ]),
  );

test('when slots run out, a huge backend does not take those of a small one', () => {
  assert.deepEqual(counts([backend('a', 50), backend('z', 3)], 20), { a: 17, z: 3 });
});

test('inactive endpoints get slots only after every candidate has one', () => {
  assert.deepEqual(counts([backend('a', 5, 50), backend('b', 5)], 10), { a: 5, b: 5 });
});

test('a backend with more endpoints than slots is reported with the number that is missing', () => {
  const { missing } = assignEndpoints([backend('a', 5), backend('b', 2)], new Slots(4), () => undefined);
  assert.deepEqual([...missing], [['a', 3]]);
});

test('endpoints keep their slots, and each new slot is reported once', () => {
  const slots = new Slots(8);
  const created: number[] = [];
  const first = assignEndpoints([backend('a', 3)], slots, (slot) => created.push(slot));
  assert.deepEqual(created, [0, 1, 2]);
  const again = assignEndpoints([backend('a', 3)], slots, (slot) => created.push(slot));
  assert.deepEqual(created.length, 3);
  assert.deepEqual(again.byBackend, first.byBackend);
});
