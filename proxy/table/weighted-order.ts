/** Maximum length of an order; weights that would need more turns are rounded to fit. */
export const MAX_ORDER = 4096;
/**
 * Average turns of an endpoint if there are so many endpoints that MAX_ORDER would leave no difference
 * between weights.
 */
const FEWEST_TURNS = 4;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

const fitted = (weights: readonly number[]): readonly number[] => {
  const divisor = weights.reduce(gcd, 0) || 1;
  const reduced = weights.map((weight) => weight / divisor);
  const sum = reduced.reduce((a, b) => a + b, 0);
  const longest = Math.max(MAX_ORDER, FEWEST_TURNS * weights.length);
  if (sum <= longest) return reduced;
  return reduced.map((weight) => Math.max(1, Math.round((weight * longest) / sum)));
};

/**
 * The order in which weighted round robin visits endpoints: each index occurs in proportion to its weight and
 * is spread as evenly as possible. The turns of an endpoint with weight w are at (k + 0.5) / w of a round;
 * all turns are sorted by that. All acceptors step through the same order with one shared cursor, so the
 * weights hold for all of them together.
 */
export const weightedOrder = (weights: readonly number[]): Uint16Array => {
  const turns = fitted(weights).flatMap((weight, index) =>
    Array.from({ length: weight }, (_, turn) => ({ index, at: (turn + 0.5) / weight })),
  );
  turns.sort((a, b) => a.at - b.at || a.index - b.index);
  return Uint16Array.from(turns, ({ index }) => index);
};
