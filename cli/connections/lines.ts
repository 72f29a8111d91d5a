import { endpointText } from '../print/endpoint-text.ts';
import type { Tone } from '../print/style.ts';
import { type Cell, type Column, type TableOptions, table } from '../print/table.ts';
import { age, bytes, count, counted } from '../print/units.ts';
import type { Joined, Row } from './join.ts';

const TONES: Readonly<Record<string, Tone>> = { Relaying: 'good', Session: 'good', Waiting: 'bad' };

const clientOf = ({ client }: Row): string => endpointText(client);

const phaseCell = ({ phase }: Row): Cell => ({ text: phase, tone: TONES[phase] ?? 'warn' });

const columnsOf = (rows: readonly Row[]): readonly Column<Row>[] => {
  const pods = new Set(rows.map(({ pod }) => pod));
  return [
    { title: 'CLIENT', cell: clientOf },
    { title: 'LISTENER', spare: 1, cell: ({ listener = '–' }) => listener },
    { title: 'ENDPOINT', cell: ({ endpoint = '–' }) => endpoint },
    { title: 'PHASE', spare: 2, cell: phaseCell },
    { title: 'AGE', align: 'right', cell: ({ ageMs }) => age(ageMs) },
    { title: 'IDLE', align: 'right', cell: ({ idleMs }) => age(idleMs) },
    { title: 'IN', align: 'right', cell: ({ receivedBytes }) => bytes(receivedBytes) },
    { title: 'OUT', align: 'right', cell: ({ sentBytes }) => bytes(sentBytes) },
    ...(rows.some(({ serverName }) => serverName !== undefined)
      ? [{ title: 'SERVER NAME', spare: 3, cell: ({ serverName = '' }: Row) => serverName }]
      : []),
    ...(pods.size > 1 ? [{ title: 'REPLICA', spare: 4, cell: ({ pod }: Row) => pod }] : []),
  ];
};

/** The connections as a table; the last line says how many there are that are not shown. */
export const connectionLines = (
  { rows, matched }: Joined,
  { isFiltered, ...options }: TableOptions & { readonly isFiltered: boolean },
): readonly string[] => {
  if (rows.length === 0) return [isFiltered ? 'No such connection is open.' : 'No connection is open.'];
  const hidden = matched - rows.length;
  return [
    ...table(columnsOf(rows), rows, options),
    ...(hidden <= 0
      ? []
      : [`… ${count(rows.length)} of ${counted(matched, 'connection')}: --limit shows more, up to 1,000`]),
  ];
};
