import type { Style, Tone } from '../print/style.ts';
import { paragraph } from '../print/table.ts';
import type { Change, Effect } from './change.ts';

const MARKS: Readonly<Record<Effect, readonly [string, Tone]>> = {
  Refused: ['✗', 'bad'],
  Restarts: ['✗', 'bad'],
  Ends: ['!', 'warn'],
  Live: ['✓', 'good'],
};

/** The changes in sentences, each with the fields that differ. */
export const changeLines = (
  heading: string,
  changes: readonly Change[],
  { width, style }: { readonly width: number | undefined; readonly style: Style },
): readonly string[] => [
  ...paragraph(heading, width),
  ...changes.flatMap(({ effect, about, what, fields }) => {
    const [mark, tone] = MARKS[effect];
    return [
      '',
      ...paragraph(`${about}: ${what}`, width, '  ', `${style(tone, mark)} `),
      ...fields.flatMap((field) => paragraph(field, width, '      ')),
    ];
  }),
];
