import type { KnobPicture, Picture } from '../picture/picture.ts';
import { type Column, table } from '../print/table.ts';
import { counted } from '../print/units.ts';
import type { PrintOptions } from './heading.ts';

const COLUMNS: readonly Column<KnobPicture>[] = [
  { title: 'TUNING', cell: ({ name }) => name },
  { title: 'ASKED', cell: ({ asked = '' }) => asked },
  { title: 'IN EFFECT', cell: ({ effective }) => effective },
  {
    title: '',
    cell: ({ ok, hint = 'not as asked' }) =>
      ok ? { text: 'ok', tone: 'good' } : { text: hint, tone: 'warn' },
  },
];

/** Knobs that are not as asked; with -o wide, all. */
export const tuningLines = ({ tuning }: Picture, options: PrintOptions): readonly string[] => {
  if (tuning.length === 0) return [];
  const shown = options.wide ? tuning : tuning.filter(({ ok }) => !ok);
  if (shown.length === 0) return ['', `${counted(tuning.length, 'setting')} of kernel and runtime in effect`];
  const rest = tuning.length - shown.length;
  return [
    '',
    ...table(COLUMNS, shown, options),
    ...(rest === 0 ? [] : [`… ${counted(rest, 'other setting')} in effect: -o wide shows all`]),
  ];
};
