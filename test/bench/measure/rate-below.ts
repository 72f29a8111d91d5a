const SHARE = 0.7;
const ROUND_TO = 100;

/** 70 % of the lowest of `highest`, rounded down to hundreds. */
export const rateBelow = (highest: readonly number[]): number =>
  Math.max(ROUND_TO, Math.floor((Math.min(...highest) * SHARE) / ROUND_TO) * ROUND_TO);
