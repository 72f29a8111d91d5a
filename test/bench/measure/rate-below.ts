const SHARE = 0.7;
const ROUND_TO = 100;

/** 70 % of the least of `most`, in whole hundreds. */
export const rateBelow = (most: readonly number[]): number =>
  Math.max(ROUND_TO, Math.floor((Math.min(...most) * SHARE) / ROUND_TO) * ROUND_TO);
