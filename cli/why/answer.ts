import type { Picture } from '../picture/picture.ts';
import type { Style, Tone } from '../print/style.ts';
import { paragraph } from '../print/table.ts';
import { count, counted } from '../print/units.ts';
import type { Problem, Weight } from './problem.ts';

const TONES: Readonly<Record<Weight, Tone>> = {
  Stops: 'bad',
  Harms: 'bad',
  Warns: 'warn',
  Passes: 'faint',
};

/** The problems in sentences, each with what to do and the commands for it, and what could not be asked. */
export const answerLines = (
  problems: readonly Problem[],
  unknown: readonly string[],
  picture: Picture,
  { width, style }: { readonly width: number | undefined; readonly style: Style },
): readonly string[] => {
  const name = style('head', `${picture.namespace}/${picture.name}`);
  const unknownLines = unknown.flatMap((text) => ['', ...paragraph(text, width, '  ', '! ')]);
  if (problems.length === 0)
    return [
      unknown.length === 0
        ? `${name}: ${style('good', 'nothing is wrong')}. ${serves(picture)}`
        : `${name}: nothing is wrong in what could be read.`,
      ...unknownLines,
    ];
  return [
    `${name}: ${counted(problems.length, 'problem')}`,
    ...problems.flatMap(({ weight, reason, what, remedy, commands }, at) => [
      '',
      `${at + 1}. ${style(TONES[weight], reason)}`,
      ...what.flatMap((sentence) => paragraph(sentence, width, '   ')),
      ...paragraph(remedy, width, '     ', `   ${style('good', '→')} `),
      // Not wrapped: a command is copied.
      ...commands.map((command) => `     ${style('head', command)}`),
    ]),
    ...unknownLines,
  ];
};

const serves = ({ replicas, listeners }: Picture): string => {
  const ready = replicas.filter(({ state }) => state === 'Ready').length;
  const open = listeners.reduce((sum, one) => sum + one.open, 0);
  return `${counted(ready, 'replica')} ${ready === 1 ? 'serves' : 'serve'} ${counted(listeners.length, 'listener')}, ${count(open)} connections are open.`;
};
