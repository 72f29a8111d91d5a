/** Longest text that is shown of a message; it may come from a manifest of any size. */
const LONGEST = 4_000;

const STEPS = ['', 'k', 'M', 'G', 'T', 'P'];
const STEP = 1000;

/** At most `longest` characters. */
export const clipped = (text: string, longest = LONGEST): string =>
  text.length <= longest ? text : `${text.slice(0, longest)}…`;

/** A number with three digits, such as 4.2, 123 or 1.25 k. */
export const short = (value: number): string => {
  let [scaled, step] = [Math.abs(value), 0];
  // 999.5 is rounded to the next step.
  while (scaled >= STEP - 0.5 && step < STEPS.length - 1) {
    scaled /= STEP;
    step += 1;
  }
  const digits = scaled >= 100 || (step === 0 && Number.isInteger(scaled)) ? 0 : scaled >= 10 ? 1 : 2;
  const text = `${Number(scaled.toFixed(digits))}`;
  return `${value < 0 ? '−' : ''}${text}${step > 0 ? ` ${STEPS[step]}` : ''}`;
};

/** A number of things, exactly, with the digits in groups. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** How many entries of all are found; of all of them, only how many there are. */
export const countOf = (found: readonly unknown[], all: readonly unknown[]): string =>
  found.length === all.length ? count(all.length) : `${count(found.length)} of ${count(all.length)}`;

export const perSecond = (value: number): string => `${short(value)}/s`;

export const bytesPerSecond = (value: number): string => {
  const text = short(value);
  return `${text}${text.includes(' ') ? '' : ' '}B/s`;
};

export const milliseconds = (value: number | null | undefined): string => {
  if (value === null || value === undefined) return '–';
  return value < STEP ? `${Number(value.toPrecision(2))} ms` : `${Number((value / STEP).toPrecision(2))} s`;
};

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** A time span in its two largest units, such as 3 h 5 min. */
export const duration = (ms: number): string => {
  let seconds = Math.max(0, Math.floor(ms / STEP));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const value = Math.floor(seconds / size);
    seconds -= value * size;
    if (value > 0 || parts.length > 0) parts.push(value > 0 ? `${value} ${unit}` : '');
    if (parts.length === 2) break;
  }
  return parts.filter((part) => part !== '').join(' ') || '0 s';
};

/** Whole days from one moment to another; negative if it has passed. */
export const daysUntil = (time: string, nowMs: number): number =>
  Math.floor((Date.parse(time) - nowMs) / 86_400_000);

/** An endpoint as text, with brackets around an IPv6 address. */
export const hostPort = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
