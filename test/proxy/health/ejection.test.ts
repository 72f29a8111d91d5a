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
    name: 'all failing endpoints are ejected if the maximum percentage permits it',
    endpoints: 10,
    ejected: 0,
    maxPercent: 50,
    failing: [5, 6],
    chosen: [6, 5],
  },
  {
    name: 'the endpoints with the most failures are ejected if not all may be',
    endpoints: 4,
    ejected: 0,
    maxPercent: 50,
    failing: [5, 9, 7, 6],
    chosen: [9, 7],
  },
  {
    name: 'endpoints that are already ejected count towards the maximum',
    endpoints: 4,
    ejected: 1,
    maxPercent: 50,
    failing: [5, 9],
    chosen: [9],
  },
  {
    name: 'no endpoint is ejected if the maximum is reached already',
    endpoints: 4,
    ejected: 2,
    maxPercent: 50,
    failing: [5],
    chosen: [],
  },
  {
    name: 'no endpoint is ejected if the maximum was lowered below the number of ejected ones',
    endpoints: 4,
    ejected: 3,
    maxPercent: 25,
    failing: [5],
    chosen: [],
  },
  {
    name: 'one endpoint is ejected even if the percentage amounts to less than one',
    endpoints: 2,
    ejected: 0,
    maxPercent: 1,
    failing: [5, 6],
    chosen: [6],
  },
  {
    name: 'no endpoint is ejected at a maximum of 0 percent',
    endpoints: 2,
    ejected: 0,
    maxPercent: 0,
    failing: [5, 6],
    chosen: [],
  },
  {
    name: 'all failing endpoints are ejected at a maximum of 100 percent',
    endpoints: 2,
    ejected: 0,
    maxPercent: 100,
    failing: [5, 6],
    chosen: [6, 5],
  },
];
for (const { name, failing, chosen, ...backend } of TABLE)
  test(name, () => {
    const candidates = failing.map((inARow) => ({ inARow }));
    assert.deepEqual(
      chooseEjections(candidates, backend).map(({ inARow }) => inARow),
      chosen,
    );
  });
