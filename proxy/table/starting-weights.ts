/** An endpoint's weight, and the share of it that it gets now: above 0, up to 1. */
export interface Starting {
  readonly weight: number;
  readonly share: number;
}

/** What the weights are multiplied by where shares are to show in whole numbers. */
const FINENESS = 100;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/**
 * The weights that endpoints have while some of them start slowly, as whole numbers of 1 or more. Only the shares relative to the
 * greatest one matter: endpoints that all start at once are equals, and the weights stay as they were given.
 */
export const startingWeights = (endpoints: readonly Starting[]): readonly number[] => {
  const greatest = endpoints.reduce((most, { share }) => Math.max(most, share), 0);
  if (endpoints.every(({ share }) => share === greatest)) return endpoints.map(({ weight }) => weight);
  const scaled = endpoints.map(({ weight, share }) =>
    Math.max(1, Math.round((weight * share * FINENESS) / greatest)),
  );
  const divisor = scaled.reduce(gcd, 0);
  return scaled.map((weight) => weight / divisor);
};
