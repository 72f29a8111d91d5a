import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAGLEV_ENTRIES, maglevTable } from '../../../proxy/table/maglev-table.ts';
import { endpointsOf } from './pickers/choices.ts';

const ones = (count: number): readonly number[] => Array<number>(count).fill(1);

const countsOf = (entries: Uint16Array, of: number): readonly number[] => {
  const counts = Array<number>(of).fill(0);
  for (const index of entries) counts[index] = (counts[index] as number) + 1;
  return counts;
};

/**
 * The share of entries that belonged to the removed endpoints, and the share that changed although their
 * endpoints stayed.
 */
const disruption = (count: number, removed: ReadonlySet<number>) => {
  const all = endpointsOf(ones(count));
  const staying = [...all.keys()].filter((index) => !removed.has(index));
  const before = maglevTable(all);
  const after = maglevTable(staying.map((index) => all[index] as (typeof all)[number]));
  let own = 0;
  let others = 0;
  for (const [at, index] of before.entries())
    if (removed.has(index)) own += 1;
    else if (staying[after[at] as number] !== index) others += 1;
  return { own: own / MAGLEV_ENTRIES, others: others / MAGLEV_ENTRIES };
};

test('the number of entries is a prime, so that any skip visits every entry', () => {
  for (let divisor = 2; divisor * divisor <= MAGLEV_ENTRIES; divisor++)
    assert.notEqual(MAGLEV_ENTRIES % divisor, 0);
});

test('without endpoints the table is empty, and with a single one it has one entry', () => {
  assert.deepEqual([...maglevTable([])], []);
  assert.deepEqual([...maglevTable(endpointsOf([9]))], [0]);
});

// Section 5.3 of the paper (Eisenbud et al., NSDI 2016): with 1000 backends and 65537 entries the load is
// almost perfectly even, while ring and rendezvous hashing need 29.7 % and 49.5 % more capacity. Section 3.4:
// the numbers of entries of two backends differ by one at most.
for (const count of [2, 3, 16, 256, 1000])
  test(`the numbers of entries of ${count} equal endpoints differ by one at most`, () => {
    const counts = countsOf(maglevTable(endpointsOf(ones(count))), count);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
  });

// Section 3.4: more than 100 entries for each backend keep the shares within 1 % of each other; tested here
// for as many as one resource may list.
test('the shares of 256 endpoints are within 1 % of each other', () => {
  const counts = countsOf(maglevTable(endpointsOf(ones(256))), 256);
  assert.ok(Math.max(...counts) / Math.min(...counts) < 1.01);
});

for (const weights of [
  [1, 2],
  [256, 1],
  [1, 2, 3, 4, 5],
  [256, ...ones(255)],
  [1, ...ones(255).map(() => 256)],
])
  test(`entries match the weights within 1 % or one entry for ${weights.length} endpoints with weights from ${weights[0]} to ${weights.at(-1)}`, () => {
    const total = weights.reduce((a, b) => a + b, 0);
    // Envoy's documentation has the same example: with weights 1 and 2, one host has 21,846 entries and the
    // other 43,691.
    for (const [index, entries] of countsOf(maglevTable(endpointsOf(weights)), weights.length).entries()) {
      const exact = (MAGLEV_ENTRIES * (weights[index] as number)) / total;
      const off = Math.abs(entries - exact);
      assert.ok(entries >= 1 && (off < 1 || off / exact < 0.01), `${index}: ${entries}, not ${exact}`);
    }
  });

// Envoy's documentation ("Supported load balancers", Maglev): about twice as many keys move as with ring
// hashing, which moves the 1 / n that have to move. Rendezvous hashing moves exactly those
// (source-hash.test.ts).
for (const [count, most] of [
  [4, 0.002],
  [16, 0.005],
  [64, 0.008],
  [256, 0.01],
] as const)
  test(`when one of ${count} endpoints is removed, at most ${most * 100} % of the other endpoints' clients move`, () => {
    for (const gone of [0, Math.floor(count / 2), count - 1]) {
      const { own, others } = disruption(count, new Set([gone]));
      assert.ok(Math.abs(own - 1 / count) < 2 / MAGLEV_ENTRIES);
      assert.ok(others <= most, `${others}`);
    }
  });

// According to figure 12 of the paper, the share of changed entries for 1000 backends rises with the share
// that fails at once.
test('the more of 1000 endpoints are removed at once, the more clients move, but few of the remaining ones', () => {
  const moved = [1, 10, 50].map((count) => {
    const { own, others } = disruption(1000, new Set(Array.from({ length: count }, (_, i) => i * 19)));
    assert.ok(others < 0.04, `${others}`);
    return own + others;
  });
  assert.deepEqual(moved, moved.toSorted());
});

test('when the weight of an endpoint increases, few clients move other than those that it gains', () => {
  const before = maglevTable(endpointsOf([1, 1, 1, 1]));
  const after = maglevTable(endpointsOf([2, 1, 1, 1]));
  let others = 0;
  for (const [at, index] of after.entries()) if (index !== 0 && before[at] !== index) others += 1;
  assert.ok(others / MAGLEV_ENTRIES < 0.05, `${others}`);
});

test('each endpoint has an entry even with the maximum number of endpoints', () => {
  const entries = maglevTable(endpointsOf(ones(65_536)));
  assert.equal(new Set(entries).size, 65_536);
});
