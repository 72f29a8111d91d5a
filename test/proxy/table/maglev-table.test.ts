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

/** Shares of the entries that belonged to those of `count` endpoints that go, and that changed hands though theirs stayed. */
const disruption = (count: number, going: ReadonlySet<number>) => {
  const all = endpointsOf(ones(count));
  const staying = [...all.keys()].filter((index) => !going.has(index));
  const before = maglevTable(all);
  const after = maglevTable(staying.map((index) => all[index] as (typeof all)[number]));
  let own = 0;
  let others = 0;
  for (const [at, index] of before.entries())
    if (going.has(index)) own += 1;
    else if (staying[after[at] as number] !== index) others += 1;
  return { own: own / MAGLEV_ENTRIES, others: others / MAGLEV_ENTRIES };
};

test('the number of entries is a prime, so that any skip comes to each entry', () => {
  for (let divisor = 2; divisor * divisor <= MAGLEV_ENTRIES; divisor++)
    assert.notEqual(MAGLEV_ENTRIES % divisor, 0);
});

test('no endpoint has no entry; a single one needs but one', () => {
  assert.deepEqual([...maglevTable([])], []);
  assert.deepEqual([...maglevTable(endpointsOf([9]))], [0]);
});

// Section 5.3 of the paper (Eisenbud et al., NSDI 2016): with 1000 backends and 65537 entries the load is almost perfectly even, where
// ring and rendezvous hashing need 29.7 % and 49.5 % more capacity. Section 3.4: the entries of two backends differ by one at most.
for (const count of [2, 3, 16, 256, 1000])
  test(`${count} equal endpoints have equally many entries, but for one`, () => {
    const counts = countsOf(maglevTable(endpointsOf(ones(count))), count);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
  });

// Section 3.4: more than 100 entries for each backend keep the shares within 1 % of each other; here for as many as one resource lists.
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
  test(`entries are as the weights within 1 % or one entry, for ${weights.length} of ${weights[0]} and ${weights.at(-1)}`, () => {
    const total = weights.reduce((a, b) => a + b, 0);
    // Envoy's documentation has the same example: of weights 1 and 2 one host has 21,846 entries, the other one 43,691.
    for (const [index, entries] of countsOf(maglevTable(endpointsOf(weights)), weights.length).entries()) {
      const exact = (MAGLEV_ENTRIES * (weights[index] as number)) / total;
      const off = Math.abs(entries - exact);
      assert.ok(entries >= 1 && (off < 1 || off / exact < 0.01), `${index}: ${entries}, not ${exact}`);
    }
  });

// Envoy's documentation ("Supported load balancers", Maglev): about twice as many keys move as with ring hashing, which moves the 1 / n
// that must. Rendezvous hashing moves exactly those (source-hash.test.ts).
for (const [count, most] of [
  [4, 0.002],
  [16, 0.005],
  [64, 0.008],
  [256, 0.01],
] as const)
  test(`when one of ${count} endpoints goes, at most ${most * 100} % of the clients move that need not`, () => {
    for (const gone of [0, Math.floor(count / 2), count - 1]) {
      const { own, others } = disruption(count, new Set([gone]));
      assert.ok(Math.abs(own - 1 / count) < 2 / MAGLEV_ENTRIES);
      assert.ok(others <= most, `${others}`);
    }
  });

// Figure 12 of the paper has the share of changed entries for 1000 backends rise with the share that fails at once.
test('of 1000 endpoints the more go at once, the more clients move, and few beside those that must', () => {
  const moved = [1, 10, 50].map((count) => {
    const { own, others } = disruption(1000, new Set(Array.from({ length: count }, (_, i) => i * 19)));
    assert.ok(others < 0.04, `${others}`);
    return own + others;
  });
  assert.deepEqual(moved, moved.toSorted());
});

test('when an endpoint gets more weight, few clients move but those that it gets', () => {
  const before = maglevTable(endpointsOf([1, 1, 1, 1]));
  const after = maglevTable(endpointsOf([2, 1, 1, 1]));
  let others = 0;
  for (const [at, index] of after.entries()) if (index !== 0 && before[at] !== index) others += 1;
  assert.ok(others / MAGLEV_ENTRIES < 0.05, `${others}`);
});

test('as many endpoints as a proxy holds have an entry each, the last one, too', () => {
  const entries = maglevTable(endpointsOf(ones(65_536)));
  assert.equal(new Set(entries).size, 65_536);
});
