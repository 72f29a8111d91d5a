import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, cpuMillis, type Quantity } from '../../crds/quantity.ts';

const CPU: readonly (readonly [Quantity, number])[] = [
  [0, 0],
  [4, 4000],
  ['4', 4000],
  ['250m', 250],
  ['0.5', 500],
  ['1.1', 1100],
  ['0.1', 100],
  ['2.000001', 2001],
  ['0.0001', 1],
  ['1.5m', 2],
  ['007', 7000],
];

const MEMORY: readonly (readonly [Quantity, number])[] = [
  [0, 0],
  [1024, 1024],
  ['1024', 1024],
  ['1k', 1000],
  ['1M', 1_000_000],
  ['1G', 1_000_000_000],
  ['1T', 1_000_000_000_000],
  ['1Ki', 1024],
  ['128Mi', 134_217_728],
  ['4Gi', 4_294_967_296],
  ['1Ti', 1_099_511_627_776],
  ['0.5Gi', 536_870_912],
  ['1.1k', 1100],
  ['0.1Ki', 103],
];

for (const [quantity, millis] of CPU) {
  test(`${JSON.stringify(quantity)} CPU is ${millis} millicores`, () => {
    assert.equal(cpuMillis(quantity), millis);
  });
}

for (const [quantity, size] of MEMORY) {
  test(`${JSON.stringify(quantity)} of memory is ${size} bytes`, () => {
    assert.equal(bytes(quantity), size);
  });
}

for (const text of [
  '',
  'x',
  '1.',
  '.5',
  '-1',
  '1e3',
  '1Ei',
  '4 Gi',
  '4GiB',
  '1KI',
  '0x10',
  Number.NaN,
  -1,
  1e300,
]) {
  test(`${JSON.stringify(text)} is not a quantity`, () => {
    assert.throws(() => bytes(text), { name: 'RangeError', message: /is not a quantity/ });
    assert.throws(() => cpuMillis(text), { name: 'RangeError', message: /is not a quantity/ });
  });
}
