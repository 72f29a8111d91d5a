const MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
type Unit = keyof typeof MS;

/** The pattern in the schema and in CEL. */
export const DURATION_FORM = '^([0-9]{1,5}(h|m|s|ms)){1,4}$';
const WHOLE = new RegExp(DURATION_FORM);
const PART = /([0-9]{1,5})(ms|h|m|s)/g;

/**
 * Milliseconds of a Gateway API duration (GEP-2257) such as `500ms`, `5s` or `1h30m`; units may repeat and
 * come in any order. Throws a RangeError for anything else: check user input against the schema first.
 */
export const durationMs = (text: string): number => {
  if (!WHOLE.test(text)) {
    throw new RangeError(`"${text}" is not a duration: expected up to four of h, m, s, ms, such as 1h30m`);
  }
  let total = 0;
  for (const [, digits, unit] of text.matchAll(PART)) total += Number(digits) * MS[unit as Unit];
  return total;
};

const LOOSE = /^(?:([0-9]+)(?:h|m|s|ms))+$/;

/**
 * What is wrong with a text that is not a duration, to be appended to the text itself. Gateway API durations
 * are limited in length; a longer one is suggested in short form.
 */
export const durationProblem = (text: string): string => {
  if (!LOOSE.test(text))
    return 'is not a duration: write a number and h, m, s or ms, such as 500ms, 5s or 1h30m';
  let total = 0;
  for (const [, digits, unit] of text.matchAll(/([0-9]+)(ms|h|m|s)/g))
    total += Number(digits) * MS[unit as Unit];
  return `is not a duration of the Gateway API, which has up to four numbers of up to five digits${shorterForm(total)}`;
};

const shorterForm = (ms: number): string => {
  if (!(ms < 100_000 * MS.h)) return '';
  let left = ms;
  const parts = (['h', 'm', 's', 'ms'] as const).flatMap((unit) => {
    const count = Math.floor(left / MS[unit]);
    left -= count * MS[unit];
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return `: write ${parts.join('') || '0s'}`;
};
