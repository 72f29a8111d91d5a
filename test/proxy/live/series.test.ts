import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeriesRing } from '../../../proxy/live/series.ts';

const row = (a: number | null): { a: number | null } => ({ a });

test('a ring has the last values, the oldest first, and null where there were none', () => {
  const ring = new SeriesRing(['a'], 3, 10);
  ring.add(new Map([['x', row(1)]]));
  assert.deepEqual(ring.read(), { x: { a: [null, null, 1] } });
  for (const value of [2, null, 4.256]) ring.add(new Map([['x', row(value)]]));
  assert.deepEqual(ring.read(), { x: { a: [2, null, 4.26] } });
});

test('a row that gets no value is forgotten, and begins anew when it returns', () => {
  const ring = new SeriesRing(['a'], 2, 10);
  ring.add(
    new Map([
      ['x', row(1)],
      ['y', row(2)],
    ]),
  );
  ring.add(new Map([['y', row(3)]]));
  assert.deepEqual(Object.keys(ring.read()), ['y']);
  ring.add(new Map([['x', row(5)]]));
  assert.deepEqual(ring.read(), { x: { a: [null, 5] } });
});

test('rows beyond the bound are not kept, and get a place when another one leaves', () => {
  const ring = new SeriesRing(['a'], 2, 2);
  const names = (...all: string[]) => new Map(all.map((name) => [name, row(1)]));
  ring.add(names('x', 'y', 'z'));
  assert.deepEqual(Object.keys(ring.read()), ['x', 'y']);
  ring.add(names('y', 'z'));
  assert.deepEqual(Object.keys(ring.read()), ['y', 'z']);
});
