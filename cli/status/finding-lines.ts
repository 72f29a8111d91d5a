import type { Picture } from '../picture/picture.ts';
import { paragraph } from '../print/table.ts';
import { counted } from '../print/units.ts';
import type { PrintOptions } from './heading.ts';

/** What the proxies find wrong, in their own words. */
export const findingLines = (
  { findings, replicas }: Picture,
  { width, style }: PrintOptions,
): readonly string[] => {
  if (findings.length === 0) return [];
  const asked = replicas.filter(({ reported }) => reported).length;
  return [
    '',
    style('faint', 'FINDINGS'),
    ...findings.flatMap(({ code, about, message, replicas: saying }) => {
      const who = asked > 1 ? ` (${saying} of ${counted(asked, 'replica')})` : '';
      return paragraph(
        `${code}${about === '' ? '' : `, ${about}`}: ${message}${who}`,
        width,
        '    ',
        `  ${style('warn', '!')} `,
      );
    }),
  ];
};
