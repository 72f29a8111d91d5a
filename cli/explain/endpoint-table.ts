import { endpointText } from '../print/endpoint-text.ts';
import type { Cell, Column, TableOptions } from '../print/table.ts';
import { table } from '../print/table.ts';
import { age, count } from '../print/units.ts';
import type { Answer, Group } from './answers.ts';

type Endpoint = Answer['endpoints'][number];

/** One endpoint, as the replicas of a group see it. */
type Row = readonly [Endpoint, ...Endpoint[]];

const MOST_SHOWN = 16;

const rowsOf = ({ answers }: Group): readonly Row[] => {
  const rows = new Map<string, [Endpoint, ...Endpoint[]]>();
  for (const { endpoints } of answers)
    for (const endpoint of endpoints) {
      const known = rows.get(endpointText(endpoint));
      if (known === undefined) rows.set(endpointText(endpoint), [endpoint]);
      else known.push(endpoint);
    }
  return [...rows.values()];
};

const percent = (chance: number): string => {
  if (chance === 0) return '0%';
  return chance < 0.01 ? '<1%' : `${Math.round(100 * chance)}%`;
};

const chanceCell = (row: Row): Cell => {
  const chances = row.map(({ chance }) => chance);
  const [least, most] = [percent(Math.min(...chances)), percent(Math.max(...chances))];
  return { text: least === most ? least : `${least} to ${most}`, tone: most === '0%' ? 'faint' : 'plain' };
};

const stateCell = ([{ drained, used, full, health, weight, backup, share, ejectedUntil }]: Row): Cell => {
  if (full) return { text: 'Full', tone: 'warn' };
  if (used) return share < 1 ? { text: 'Warming', tone: 'warn' } : { text: 'Takes', tone: 'good' };
  if (health === 'Unhealthy' || ejectedUntil !== undefined) return { text: 'Out', tone: 'bad' };
  if (drained) return { text: 'Drained', tone: 'faint' };
  if (weight === 0) return { text: 'NoWeight', tone: 'faint' };
  return { text: backup ? 'Idle' : 'Unused', tone: 'faint' };
};

const whyCell =
  (now: number) =>
  ([{ reason, ejectedUntil, backup, weight, share, used }]: Row): string =>
    [
      ...(reason === undefined || used ? [] : [reason]),
      ...(ejectedUntil === undefined ? [] : [`ejected for ${age(Date.parse(ejectedUntil) - now)} more`]),
      ...(backup ? ['backup'] : []),
      ...(share < 1 ? [`slow start, at ${percent(share)}`] : []),
      ...(weight === 1 ? [] : [`weight ${weight}`]),
    ].join('; ');

/** The endpoints of the backend with their chances; the best ones first. */
export const endpointLines = (
  group: Group,
  options: TableOptions & { readonly now: number; readonly wide: boolean },
): readonly string[] => {
  const rows = rowsOf(group);
  const shown = options.wide ? rows : rows.slice(0, MOST_SHOWN);
  const hidden = rows.length - shown.length + Math.max(...group.answers.map(({ omitted }) => omitted));
  const why = whyCell(options.now);
  const columns: readonly Column<Row>[] = [
    { title: 'ENDPOINT', cell: ([one]) => endpointText(one) },
    { title: 'CHANCE', align: 'right', cell: chanceCell },
    { title: 'STATE', cell: stateCell },
    { title: 'OPEN', align: 'right', cell: (row) => count(row.reduce((sum, { open }) => sum + open, 0)) },
    ...(shown.some((row) => why(row) !== '') ? [{ title: 'WHY', cell: why }] : []),
  ];
  return [
    ...table(columns, shown, options),
    ...(hidden === 0
      ? []
      : [`${options.indent ?? ''}… ${count(hidden)} more${options.wide ? '' : ': -o wide shows all'}`]),
  ];
};
