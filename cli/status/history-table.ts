import type { ChangePicture, Picture } from '../picture/picture.ts';
import { type Column, paragraph, table } from '../print/table.ts';
import { ageOf, counted } from '../print/units.ts';
import type { PrintOptions } from './heading.ts';

const generationText = ({ generation, generations = 1 }: ChangePicture): string =>
  generations === 1 ? `${generation}` : `${generation - generations + 1}–${generation}`;

const columnsOf = (now: number): readonly Column<ChangePicture>[] => [
  { title: 'CHANGED', cell: ({ time }) => `${ageOf(time, now)} ago` },
  {
    title: 'SERVED BY',
    spare: 2,
    cell: ({ servedAt }) => (servedAt === undefined ? { text: 'some', tone: 'warn' } : 'all'),
  },
  { title: 'GENERATION', cell: generationText },
  { title: 'PODS', spare: 3, cell: ({ podRevision = '–' }) => podRevision },
  { title: 'BY', spare: 1, cell: ({ by = '–' }) => by },
  { title: 'WHAT', cell: ({ what }) => what },
];

/** The last changes of what is served; without -o wide the newest in a sentence. */
export const historyLines = ({ history }: Picture, options: PrintOptions): readonly string[] => {
  const [newest] = history;
  if (newest === undefined) return [];
  const { width, style, now, wide } = options;
  if (wide) return ['', ...table(columnsOf(now), history, options)];
  const { time, by, servedAt, what } = newest;
  const facts = `${ageOf(time, now)} ago${by === undefined ? '' : ` by ${by}`}`;
  const open = servedAt === undefined ? ' (not yet served by all replicas)' : '';
  const older =
    history.length === 1 ? '' : `; -o wide shows ${counted(history.length - 1, 'earlier change')}`;
  return [
    '',
    ...paragraph(`${facts}: ${what}${open}${older}`, width, '  ', `${style('faint', 'CHANGED')}  `),
  ];
};
