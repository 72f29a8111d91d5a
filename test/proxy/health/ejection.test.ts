import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseEjections } from '../../../proxy/health/ejection.ts';

const TABLE: readonly {
  readonly name: string;
  readonly endpoints: number;
  readonly ejected: number;
  readonly maxPercent: number;
  readonly failing: readonly number[];
  readonly chosen: readonly number[];
}[] = [
  {
    name: 'all that fail, where that is little enough',
    endpoints: 10,
    ejected: 0,
    maxPercent: 50,
    failing: [5, 6],
    chosen: [6, 5],
  },
  {
    name: 'the worst, where not all may be out',
    endpoints: 4,
    ejected: 0,
    maxPercent: 50,
    failing: [5, 9, 7, 6],
    chosen: [9, 7],
  },
  {
    name: 'those that the ones already out leave room for',
    endpoints: 4,
    ejected: 1,
    maxPercent: 50,
    failing: [5, 9],
    chosen: [9],
  },
  { name: 'none, where enough are out', endpoints: 4, ejected: 2, maxPercent: 50, failing: [5], chosen: [] },
  {
    name: 'none, where more are out than may be since the share was lowered',
    endpoints: 4,
    ejected: 3,
    maxPercent: 25,
    failing: [5],
    chosen: [],
  },
  { name: 'one in any case', endpoints: 2, ejected: 0, maxPercent: 1, failing: [5, 6], chosen: [6] },
  { name: 'but none at a share of 0', endpoints: 2, ejected: 0, maxPercent: 0, failing: [5, 6], chosen: [] },
  {
    name: 'all at a share of 100',
    endpoints: 2,
    ejected: 0,
    maxPercent: 100,
    failing: [5, 6],
    chosen: [6, 5],
  },
];
for (const { name, failing, chosen, ...backend } of TABLE)
  test(`ejected are ${name}`, () => {
    const candidates = failing.map((inARow) => ({ inARow }));
    assert.deepEqual(
      chooseEjections(candidates, backend).map(({ inARow }) => inARow),
      chosen,
    );
  });
