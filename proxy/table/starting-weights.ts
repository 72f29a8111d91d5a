/** An endpoint's weight, and the share of it that the endpoint gets now: above 0, up to 1. */
export interface Starting {
  readonly weight: number;
  readonly share: number;
}

/** Factor for the weights, so that shares can be expressed as integers. */
const SCALE = 100;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/**
 * The weights of endpoints while some of them are in slow start, as integers of at least 1. Only the shares
 * relative to the greatest one matter: if all endpoints start at once, they are equal, and the weights remain
 * as given.
 */
export const startingWeights = (endpoints: readonly Starting[]): readonly number[] => {
  const greatest = endpoints.reduce((most, { share }) => Math.max(most, share), 0);
  if (endpoints.every(({ share }) => share === greatest)) return endpoints.map(({ weight }) => weight);
  const scaled = endpoints.map(({ weight, share }) =>
    Math.max(1, Math.round((weight * share * SCALE) / greatest)),
  );
  const divisor = scaled.reduce(gcd, 0);
  return scaled.map((weight) => weight / divisor);
};
