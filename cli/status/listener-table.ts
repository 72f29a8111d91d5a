import type { ListenerPicture, Picture } from '../picture/picture.ts';
import { type Cell, type Column, paragraph, table } from '../print/table.ts';
import { count, rate } from '../print/units.ts';
import type { PrintOptions } from './heading.ts';

const endpointsCell = ({ usable, endpoints }: ListenerPicture): Cell => {
  if (usable === undefined) return '–';
  return {
    text: `${usable}/${endpoints ?? usable}`,
    tone: usable === 0 ? 'bad' : usable < (endpoints ?? 0) ? 'warn' : 'plain',
  };
};

const reasons = (counts: ListenerPicture['refused']): string =>
  counts.map(({ reason, total }) => `${reason} ${count(total)}`).join(', ');

const notesCell = ({ limiting, leaving, refused, wouldRefuse }: ListenerPicture): Cell => {
  const notes = [
    ...(leaving ? ['removed, its connections go on'] : []),
    ...(limiting ? ['limiting now'] : []),
    ...(refused.length === 0 ? [] : [`refused: ${reasons(refused)}`]),
    ...(wouldRefuse.length === 0 ? [] : [`would refuse: ${reasons(wouldRefuse)}`]),
  ];
  return { text: notes.join('; '), tone: limiting ? 'warn' : 'plain' };
};

const COLUMNS: readonly Column<ListenerPicture>[] = [
  { title: 'LISTENER', cell: ({ name }) => name },
  { title: 'PORT', cell: ({ port, protocol }) => `${port}/${protocol}` },
  { title: 'BACKEND', cell: ({ backends }) => backends.join(', ') },
  { title: 'ENDPOINTS', cell: endpointsCell },
  { title: 'OPEN', align: 'right', cell: ({ open }) => count(open) },
  { title: 'NEW/S', align: 'right', cell: ({ newPerSecond }) => rate(newPerSecond) },
  { title: 'ACCEPTED', align: 'right', spare: 1, cell: ({ accepted }) => count(accepted) },
];

/** Listeners, and what the operator says about each. */
export const listenerLines = ({ listeners }: Picture, options: PrintOptions): readonly string[] => {
  const hasNotes = listeners.some((one) => (notesCell(one) as { text: string }).text !== '');
  const columns = hasNotes ? [...COLUMNS, { title: 'LIMITS', cell: notesCell }] : COLUMNS;
  return [
    ...table(columns, listeners, options),
    ...listeners.flatMap(({ name, problems }) =>
      problems.flatMap((problem) =>
        paragraph(`${name}: ${problem}`, options.width, '  ', `${options.style('bad', '✗')} `),
      ),
    ),
  ];
};
