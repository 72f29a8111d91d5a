import type { Picture, ReplicaPicture } from '../picture/picture.ts';
import type { Tone } from '../print/style.ts';
import { type Column, table } from '../print/table.ts';
import { age, count, rate } from '../print/units.ts';
import type { PrintOptions } from './heading.ts';

const TONES: Readonly<Record<ReplicaPicture['state'], Tone>> = {
  Ready: 'good',
  NotReady: 'bad',
  Leaving: 'faint',
};

const known = (value: number | undefined): string => (value === undefined ? '–' : count(value));

const COLUMNS: readonly Column<ReplicaPicture>[] = [
  { title: 'REPLICA', cell: ({ pod }) => pod },
  { title: 'NODE', spare: 3, cell: ({ node }) => node },
  { title: 'STATE', cell: ({ state }) => ({ text: state, tone: TONES[state] }) },
  { title: 'SERVES', spare: 2, cell: ({ serves = '–' }) => serves },
  { title: 'VERSION', spare: 4, cell: ({ version = '–' }) => version },
  { title: 'ACCEPTORS', align: 'right', spare: 5, cell: ({ acceptors }) => known(acceptors) },
  { title: 'OPEN', align: 'right', cell: ({ open }) => known(open) },
  { title: 'NEW/S', align: 'right', cell: ({ newPerSecond }) => rate(newPerSecond) },
  { title: 'RESTARTS', align: 'right', spare: 1, cell: ({ restarts }) => count(restarts) },
  { title: 'UP', cell: ({ uptimeMs }) => (uptimeMs === undefined ? '–' : age(uptimeMs)) },
];

/** The pods of the proxy. */
export const replicaLines = ({ replicas }: Picture, options: PrintOptions): readonly string[] => {
  if (replicas.length === 0) return ['', 'No proxy pod exists.'];
  const why: Column<ReplicaPicture> = { title: 'WHY', cell: (one) => ({ text: one.why, tone: 'warn' }) };
  const columns = replicas.some((one) => one.why !== '') ? [...COLUMNS, why] : COLUMNS;
  return ['', ...table(columns, replicas, options)];
};
