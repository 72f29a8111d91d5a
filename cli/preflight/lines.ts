import type { Style, Tone } from '../print/style.ts';
import { paragraph } from '../print/table.ts';
import type { State, Verdict } from './verdict.ts';

const MARKS: Readonly<Record<State, readonly [string, Tone]>> = {
  Bad: ['✗', 'bad'],
  Warn: ['!', 'warn'],
  Unknown: ['?', 'faint'],
  Fine: ['✓', 'good'],
};

/** The verdicts in sentences, each with what to do. */
export const verdictLines = (
  heading: string,
  verdicts: readonly Verdict[],
  { width, style }: { readonly width: number | undefined; readonly style: Style },
): readonly string[] => [
  ...paragraph(heading, width),
  '',
  ...verdicts.flatMap(({ state, about, what, remedy }) => {
    const [mark, tone] = MARKS[state];
    return [
      ...paragraph(`${about}: ${what}`, width, '  ', `${style(tone, mark)} `),
      ...(remedy === '' ? [] : paragraph(remedy, width, '    ', `  ${style('good', '→')} `)),
    ];
  }),
];
