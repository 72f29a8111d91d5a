import type { Style } from '../print/style.ts';
import { type Column, paragraph, table } from '../print/table.ts';
import { count } from '../print/units.ts';
import { type Holding, type ReplicaHolding, shortages } from './holding.ts';

const known = (value: number | undefined): string => (value === undefined ? '–' : count(value));

const COLUMNS: readonly Column<ReplicaHolding>[] = [
  { title: 'REPLICA', cell: ({ pod }) => pod },
  { title: 'ACCEPTORS', align: 'right', spare: 2, cell: ({ acceptors }) => count(acceptors) },
  { title: 'OPEN', align: 'right', cell: ({ open }) => count(open) },
  { title: 'DESCRIPTORS', align: 'right', cell: (one) => known(one.descriptorsHeld) },
  { title: 'OF', align: 'right', cell: (one) => known(one.descriptorsLimit) },
  { title: 'SOURCE PORTS LEFT', align: 'right', spare: 1, cell: (one) => known(one.sourcePortsLeft) },
];

/** What it can hold, what it holds, and what is short. */
export const capacityLines = (
  holding: Holding,
  { width, style }: { readonly width: number | undefined; readonly style: Style },
): readonly string[] => {
  const { name, namespace, asked, planned, open, howComputed, replicas, problems } = holding;
  const facts = [
    planned === undefined
      ? 'the operator has not calculated what it holds'
      : `holds ${count(planned)} connections`,
    ...(asked === undefined ? [] : [`asked for ${count(asked)}`]),
    `${count(open)} are open`,
  ];
  return [
    ...paragraph(`${namespace}/${name}: ${facts.join(', ')}`, width),
    ...(howComputed === '' ? [] : paragraph(howComputed, width, '  ')),
    ...(replicas.length === 0 ? [] : ['', ...table(COLUMNS, replicas, { width, style })]),
    ...shortages(holding).flatMap((text) => ['', ...paragraph(text, width, '  ', `${style('warn', '!')} `)]),
    ...problems.flatMap((text) => ['', ...paragraph(text, width, '  ', '! ')]),
  ];
};
