const MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
type Unit = keyof typeof MS;

const WHOLE = /^([0-9]{1,5}(h|m|s|ms)){1,4}$/;
const PART = /([0-9]{1,5})(ms|h|m|s)/g;

/**
 * Milliseconds of a Gateway API duration (GEP-2257) such as `500ms`, `5s` or `1h30m`; units may repeat and come in any
 * order. Throws a RangeError for anything else, so parse user input with the schema first.
 */
export const durationMs = (text: string): number => {
  if (!WHOLE.test(text)) {
    throw new RangeError(`"${text}" is not a duration: expected up to four of h, m, s, ms, such as 1h30m`);
  }
  let total = 0;
  for (const [, digits, unit] of text.matchAll(PART)) total += Number(digits) * MS[unit as Unit];
  return total;
};
