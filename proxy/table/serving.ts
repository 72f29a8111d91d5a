/** An endpoint as a candidate for taking new connections. */
export interface ServingCandidate {
  /** With 0 it takes no connections. */
  readonly weight: number;
  readonly backup: boolean;
  readonly healthy: boolean;
  /** The share of its weight that it gets now; less than 1 during its slow start. */
  readonly share: number;
}

/** The endpoints of a backend that take new connections, and whether this is an exception. */
export interface Serving<T extends ServingCandidate> {
  readonly serving: readonly T[];
  /** True if too few are healthy, so that unhealthy ones are used as well. */
  readonly panic: boolean;
  /** True if backups are used because too few of the others are healthy. */
  readonly backups: boolean;
}

/** Returns true if enough are healthy to carry the load: at least one, and the required share. */
const enough = (
  all: readonly ServingCandidate[],
  healthy: readonly ServingCandidate[],
  thresholdPercent: number,
): boolean => healthy.length > 0 && healthy.length * 100 >= thresholdPercent * all.length;

/**
 * Selects the healthy endpoints that are not backups, as long as there are enough of them; otherwise the
 * healthy backups join them. Backups also join while all healthy endpoints are in slow start: a single
 * endpoint would get all connections at once, however small its share. If there is no healthy backup either,
 * health is ignored (panic), and all endpoints that are not backups are used: a faulty check must not be
 * worse than none, and a few healthy endpoints must not fail one after the other under the full load. If
 * every endpoint with a weight is a backup, backups count as ordinary endpoints. Nothing is remembered here,
 * so the result never lags behind: the thresholds of the checks keep health from flapping, and open
 * connections are not affected.
 */
export const chooseServing = <T extends ServingCandidate>(
  endpoints: readonly T[],
  panicThresholdPercent: number,
): Serving<T> => {
  const usable = endpoints.filter(({ weight }) => weight > 0);
  const ordinary = usable.filter(({ backup }) => !backup);
  const [first, second] =
    ordinary.length > 0 ? [ordinary, usable.filter(({ backup }) => backup)] : [usable, []];
  const healthy = first.filter((one) => one.healthy);
  const reserve = second.filter((one) => one.healthy);
  if (first.length === 0 || enough(first, healthy, panicThresholdPercent)) {
    const allStart = healthy.length > 0 && healthy.every(({ share }) => share < 1);
    return allStart && reserve.length > 0
      ? { serving: [...healthy, ...reserve], panic: false, backups: false }
      : { serving: healthy, panic: false, backups: false };
  }
  return reserve.length > 0
    ? { serving: [...healthy, ...reserve], panic: false, backups: true }
    : { serving: first, panic: true, backups: false };
};
