import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourcePorts } from '../../../../proxy/relay-engine/acceptor/source-ports.ts';

const RANGE = { low: 32768, high: 60999, reused: false };
const SIZE = RANGE.high - RANGE.low + 1;
const ENDPOINT = 7;

const portsOf = (index: number, acceptors: number): Set<number> => {
  const ports = new SourcePorts(RANGE, index, acceptors, 0);
  return new Set(Array.from({ length: SIZE }, () => ports.next()));
};

test('acceptors choose from disjoint parts of the range and leave a quarter of it to the kernel', () => {
  const shares = [0, 1, 2, 3].map((index) => portsOf(index, 4));
  const all = new Set(shares.flatMap((share) => [...share]));
  assert.equal(
    shares.reduce((sum, share) => sum + share.size, 0),
    all.size,
    'no port is in two shares',
  );
  for (const port of all) assert.ok(port >= RANGE.low && port <= RANGE.high);
  assert.ok(Math.abs(all.size / SIZE - 0.75) < 0.001);
});

test('the kernel chooses ports until an endpoint holds a large share in TIME_WAIT, and again after a quiet minute or two', () => {
  const ports = new SourcePorts(RANGE, 0, 1, 0);
  for (let i = 1; i < SIZE / 4; i++) ports.keeps(ENDPOINT, 1000);
  assert.equal(ports.chosen, false);
  ports.keeps(ENDPOINT, 1000);
  assert.equal(ports.chosen, true);
  ports.keeps(ENDPOINT, 61_001);
  assert.equal(ports.chosen, true, 'ports of the last minute are still in TIME_WAIT');
  ports.keeps(ENDPOINT, 122_002);
  assert.equal(ports.chosen, false);
});

test('if the kernel reuses ports in TIME_WAIT after a second, it chooses them until one second needs a large share', () => {
  const ports = new SourcePorts({ ...RANGE, reused: true }, 0, 1, 0);
  const keepFor = (second: number, count: number): void => {
    for (let i = 0; i < count; i++) ports.keeps(ENDPOINT, 1 + second * 1001);
  };
  for (let second = 1; second <= 60; second++) keepFor(second, Math.floor(SIZE / 4) - 1);
  assert.equal(ports.chosen, false, 'many in a minute, but not too many in a second');
  keepFor(61, Math.ceil(SIZE / 4));
  assert.equal(ports.chosen, true);
  keepFor(62, 1);
  assert.equal(ports.chosen, true, 'ports of the last second are still in TIME_WAIT');
  keepFor(63, 1);
  assert.equal(ports.chosen, false);
  ports.scarce();
  assert.equal(ports.chosen, true, 'the kernel found no port');
});

test('a range smaller than the number of acceptors still gives each a port of the range', () => {
  for (let index = 0; index < 8; index++) {
    const port = new SourcePorts({ low: 40_000, high: 40_003, reused: false }, index, 8, 0).next();
    assert.ok(port >= 40_000 && port <= 40_003);
  }
});

test('ports of listeners and endpoints are never chosen, because that would block their servers', () => {
  const ports = new SourcePorts({ low: 40_000, high: 40_015, reused: false }, 0, 1, 0);
  const avoided = new Set([40_004, 40_005, 40_009, 40_015]);
  ports.avoid(avoided);
  const chosen = Array.from({ length: 100 }, () => ports.next());
  assert.deepEqual(
    chosen.filter((port) => avoided.has(port)),
    [],
  );
  assert.equal(new Set(chosen).size, 8);
});

test('a port is chosen even if every port is that of a listener or an endpoint', () => {
  const ports = new SourcePorts({ low: 40_000, high: 40_003, reused: false }, 0, 1, 0);
  ports.avoid(new Set([40_000, 40_001, 40_002, 40_003]));
  assert.ok(ports.next() >= 40_000);
});

test('reserved ports are never chosen, whatever ports the table has', () => {
  const range = { low: 40_000, high: 40_015, reused: false, reserved: [40_005, 40_006] };
  const ports = new SourcePorts(range, 0, 1, 0);
  const chosen = () => new Set(Array.from({ length: 100 }, () => ports.next()));
  assert.equal(chosen().size, 10);
  ports.avoid(new Set([40_010]));
  const later = chosen();
  assert.deepEqual(
    [40_005, 40_006, 40_010].filter((port) => later.has(port)),
    [],
  );
  assert.equal(later.size, 9);
});
