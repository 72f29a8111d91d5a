import type { Grouping } from '../arguments/groupings.ts';
import { type Column, type TableOptions, table } from '../print/table.ts';
import { bytes, count, rate } from '../print/units.ts';
import type { SourceTraffic } from './sources.ts';
import type { Traffic } from './traffic.ts';

const number = (value: number | undefined): string => (value === undefined ? '–' : count(value));
const perSecond = (value: number | undefined): string => (value === undefined ? '–' : `${bytes(value)}/s`);

const TITLES: Readonly<Record<Exclude<Grouping, 'source'>, string>> = {
  listener: 'LISTENER',
  backend: 'BACKEND',
  endpoint: 'ENDPOINT',
  reason: 'LISTENER, REASON',
};

/** The busiest first, in as many lines as a screen has. */
const MOST_SHOWN = 40;

export const trafficLines = (
  grouping: Exclude<Grouping, 'source'>,
  rows: readonly Traffic[],
  options: TableOptions & { readonly all: boolean },
): readonly string[] => {
  const shown = options.all ? rows : rows.slice(0, MOST_SHOWN);
  const isReason = grouping === 'reason';
  const columns: readonly Column<Traffic>[] = [
    { title: TITLES[grouping], cell: ({ name }) => name },
    ...(isReason
      ? []
      : ([{ title: 'OPEN', align: 'right', cell: ({ open }) => number(open) }] satisfies Column<Traffic>[])),
    {
      title: isReason ? 'ENDED/S' : 'NEW/S',
      align: 'right',
      cell: ({ newPerSecond }) => rate(newPerSecond),
    },
    ...(isReason
      ? []
      : ([
          { title: 'IN', align: 'right', cell: ({ inPerSecond }) => perSecond(inPerSecond) },
          { title: 'OUT', align: 'right', cell: ({ outPerSecond }) => perSecond(outPerSecond) },
        ] satisfies Column<Traffic>[])),
    { title: 'TOTAL', align: 'right', spare: 1, cell: ({ total }) => number(total) },
  ];
  const hidden = rows.length - shown.length;
  return [
    ...table(columns, shown, options),
    ...(hidden === 0 ? [] : [`… ${count(hidden)} more with less traffic: -o wide shows all`]),
  ];
};

const SOURCES: readonly Column<SourceTraffic>[] = [
  { title: 'SOURCE', cell: ({ source }) => source },
  { title: 'LISTENER', cell: ({ listener }) => listener },
  { title: 'OPEN', align: 'right', cell: ({ open }) => count(open) },
  { title: 'CONNECTIONS', align: 'right', cell: ({ connections }) => count(connections) },
  { title: 'REFUSED', align: 'right', cell: ({ refused }) => count(refused) },
  { title: 'BYTES', align: 'right', cell: ({ bytes: value }) => bytes(value) },
];

export const sourceLines = (rows: readonly SourceTraffic[], options: TableOptions): readonly string[] =>
  rows.length === 0
    ? ['No listener follows its sources: only limits by source do (docs/limits.md).']
    : table(SOURCES, rows, options);
