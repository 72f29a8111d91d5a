import type { Picture } from '../picture/picture.ts';
import { printable, type Style } from '../print/style.ts';
import { paragraph } from '../print/table.ts';
import { ageOf, count, counted, rate } from '../print/units.ts';
import { readyTone } from './condition-tone.ts';

export interface PrintOptions {
  readonly width: number | undefined;
  readonly style: Style;
  /** The time, in milliseconds since 1970. */
  readonly now: number;
  readonly wide: boolean;
}

/** The first lines: what it is, whether it is well, and what the operator says. */
export const headingLines = (picture: Picture, { width, style, now }: PrintOptions): readonly string[] => {
  const { name, namespace, conditions, addresses, replicas, listeners } = picture;
  const ready = conditions.find(({ type }) => type === 'Ready');
  const tone = readyTone(ready?.status ?? 'Unknown');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'Not ready';
  const rates = listeners.flatMap(({ newPerSecond }) => newPerSecond ?? []);
  const isReady = replicas.filter(({ state }) => state === 'Ready').length;
  const open = listeners.reduce((sum, one) => sum + one.open, 0);
  const facts = [
    `${isReady} of ${counted(replicas.length, 'replica')} ready`,
    `${counted(open, 'open connection')}`,
    ...(rates.length === 0 ? [] : [`${rate(rates.reduce((sum, one) => sum + one, 0))} new per second`]),
    ...(addresses.length === 0 ? [] : [addresses.join(', ')]),
    ...(picture.revision === undefined ? [] : [`pods of revision ${picture.revision}`]),
    ...(picture.generation === undefined ? [] : [`generation ${count(picture.generation)}`]),
    `${ageOf(picture.createdAt, now)} old`,
  ];
  return [
    `${style('head', `${namespace}/${name}`)}   ${style(tone, word)}${
      ready === undefined ? '' : `, ${printable(ready.reason)} for ${ageOf(ready.since, now)}`
    }`,
    ...paragraph(facts.join(', '), width, '  '),
    ...behind(picture).flatMap((text) => paragraph(text, width, '    ', `  ${style('warn', '!')} `)),
    ...conditions
      .filter(({ type, status }) => isWorthSaying(type, status))
      .flatMap(({ type, reason, message }) => {
        const mark = style(type === 'Warnings' ? 'warn' : tone, type === 'Warnings' ? '!' : '✗');
        return paragraph(`${reason}: ${message}`, width, '    ', `  ${mark} `);
      }),
  ];
};

/** Reconciling and Stalled repeat the reason of Ready. */
const isWorthSaying = (type: string, status: string): boolean =>
  (type === 'Ready' && status !== 'True') || (type === 'Warnings' && status === 'True');

/** Where the operator has not followed; it may be away. */
const behind = ({ generation = 0, observedGeneration, conditions }: Picture): readonly string[] => {
  if (conditions.length === 0 || observedGeneration === undefined || observedGeneration === -1)
    return ['No operator has acted on it yet: does one run, and does it watch this namespace?'];
  return observedGeneration < generation
    ? [
        `The operator has acted on generation ${observedGeneration} of ${generation}; below is what was known then, but for what proxies say.`,
      ]
    : [];
};
