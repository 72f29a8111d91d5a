import { HOUR, MINUTE, SECOND } from './spelling.ts';

const DAY = 24 * HOUR;
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
  M: 30 * DAY,
  y: 365 * DAY,
};

/** A time of nginx such as `90`, `10m` or `1h 30m`, in milliseconds; undefined if it is none. */
export const nginxTime = (text: string | undefined): number | undefined => {
  if (text === undefined || !/^(\d+(ms|[smhdwMy])?\s*)+$/.test(text)) return undefined;
  let total = 0;
  for (const [, digits, unit = 's'] of text.matchAll(/(\d+)(ms|[smhdwMy])?/g))
    total += Number(digits) * (UNITS[unit] ?? SECOND);
  return total;
};

const SIZES: Readonly<Record<string, string>> = { k: 'Ki', m: 'Mi', g: 'Gi' };

/** A size per second of nginx such as `100k`, as the resource writes it; undefined if it is no such size. */
export const nginxRate = (text: string | undefined): string | undefined => {
  const [, digits = '', unit = ''] = /^([1-9]\d{0,14})([kmg]?)$/i.exec(text ?? '') ?? [];
  if (digits === '') return undefined;
  const suffix = SIZES[unit.toLowerCase()];
  if (suffix !== undefined) return digits.length <= 6 ? `${digits}${suffix}` : undefined;
  const kilobytes = Math.max(1, Math.round(Number(digits) / 1000));
  return kilobytes < 1_000_000 ? `${kilobytes}k` : undefined;
};
