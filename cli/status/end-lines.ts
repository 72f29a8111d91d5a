import type { EndPicture, Picture } from '../picture/picture.ts';
import { paragraph } from '../print/table.ts';
import { count, rate } from '../print/units.ts';
import type { PrintOptions } from './heading.ts';

/** Both sides have finished: the one way that needs no explanation. */
const FINISHED = 'Finished';
const MOST_SHOWN = 6;

const told = ({ listener, reason, total, perSecond }: EndPicture, several: boolean): string => {
  const now = perSecond === undefined || perSecond === 0 ? '' : `, ${rate(perSecond)}/s now`;
  return `${several ? `${listener} ` : ''}${reason} ${count(total)}${now}`;
};

/** How connections ended other than by both sides finishing, the most frequent now first. */
export const endLines = (
  { ends, listeners }: Picture,
  { width, style, wide }: PrintOptions,
): readonly string[] => {
  const others = ends.filter(({ reason }) => reason !== FINISHED);
  if (others.length === 0) return [];
  const shown = wide ? others : others.slice(0, MOST_SHOWN);
  const hidden = others.length - shown.length;
  const parts = [
    ...shown.map((one) => told(one, listeners.length > 1)),
    ...(hidden === 0 ? [] : [`${hidden} more (-o wide)`]),
  ];
  return ['', ...paragraph(parts.join('; '), width, '  ', `${style('faint', 'ENDED')}  `)];
};
