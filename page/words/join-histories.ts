import type { LiveHistory, LiveSeries, LiveTotals, Series } from '../../report/live.ts';

type Combine = (values: readonly number[]) => number;

const added: Combine = (values) => values.reduce((sum, value) => sum + value, 0);
const highest: Combine = (values) => Math.max(...values);

/**
 * One series of several, sample by sample from the newest back. Where a replica has no sample, the others'
 * are taken; where none has, there is none.
 */
const combined = (series: readonly Series[], combine: Combine): Series => {
  const length = Math.max(0, ...series.map((one) => one.length));
  return Array.from({ length }, (_, index) => {
    const back = length - index;
    const values = series.flatMap((one) => one[one.length - back] ?? []);
    return values.length === 0 ? null : combine(values);
  });
};

const HOW: { readonly [K in keyof LiveTotals]: Combine } = {
  open: added,
  connections: added,
  errors: added,
  received: added,
  sent: added,
  connectP50Ms: highest,
  connectP99Ms: highest,
};

const joinNamed = (
  all: readonly Readonly<Record<string, LiveSeries>>[],
): Readonly<Record<string, LiveSeries>> => {
  const names = new Set(all.flatMap((one) => Object.keys(one)));
  return Object.fromEntries(
    [...names].map((name) => {
      const same = all.flatMap((one) => (Object.hasOwn(one, name) ? (one[name] ?? []) : []));
      return [
        name,
        {
          connections: combined(
            same.map(({ connections }) => connections),
            added,
          ),
          bytes: combined(
            same.map(({ bytes }) => bytes),
            added,
          ),
        },
      ];
    }),
  );
};

/** The last minutes of several replicas as if one proxy had kept them. */
export const joinHistories = (all: readonly LiveHistory[]): LiveHistory => ({
  totals: Object.fromEntries(
    (Object.keys(HOW) as (keyof LiveTotals)[]).map((name) => [
      name,
      combined(
        all.map(({ totals }) => totals[name]),
        HOW[name],
      ),
    ]),
  ) as LiveHistory['totals'],
  listeners: joinNamed(all.map(({ listeners }) => listeners)),
  backends: joinNamed(all.map(({ backends }) => backends)),
});
