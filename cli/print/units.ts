const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration as kubectl shows ages: `40s`, `3m20s`, `5h`, `12d`. */
export const age = (ms: number): string => {
  if (!Number.isFinite(ms)) return '';
  const whole = Math.max(0, Math.floor(ms / SECOND) * SECOND);
  if (whole < 2 * MINUTE) return `${whole / SECOND}s`;
  if (whole < 10 * MINUTE) return parts(whole, MINUTE, 'm', SECOND, 's');
  if (whole < 3 * HOUR) return `${Math.floor(whole / MINUTE)}m`;
  if (whole < 8 * HOUR) return parts(whole, HOUR, 'h', MINUTE, 'm');
  if (whole < 2 * DAY) return `${Math.floor(whole / HOUR)}h`;
  if (whole < 8 * DAY) return parts(whole, DAY, 'd', HOUR, 'h');
  return `${Math.floor(whole / DAY)}d`;
};

const parts = (ms: number, big: number, bigUnit: string, small: number, smallUnit: string): string => {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)}${bigUnit}${rest === 0 ? '' : `${rest}${smallUnit}`}`;
};

/** Age of something that happened at an RFC 3339 time; empty if there is none. */
export const ageOf = (time: string | undefined, now: number): string =>
  time === undefined ? '' : age(now - Date.parse(time));

/** A number with separators: `12,345`. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Something per second: `0`, `0.4`, `12.5`, `1,234`; a dash if it is not known. */
export const rate = (perSecond: number | undefined): string => {
  if (perSecond === undefined) return '–';
  if (perSecond === 0) return '0';
  return perSecond < 100 ? perSecond.toFixed(1) : count(perSecond);
};

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Bytes: `0 B`, `1.5 KiB`, `210 MiB`; a dash if they are not known. */
export const bytes = (value: number | undefined): string => {
  if (value === undefined) return '–';
  let unit = 0;
  let left = value;
  while (left >= 1024 && unit < UNITS.length - 1) {
    left /= 1024;
    unit++;
  }
  return `${unit === 0 || left >= 100 ? Math.round(left) : left.toFixed(1)} ${UNITS[unit]}`;
};

/** `1 replica`, `2 replicas`. */
export const counted = (many: number, one: string, several = `${one}s`): string =>
  `${count(many)} ${many === 1 ? one : several}`;
