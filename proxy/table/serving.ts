/** An endpoint as the choice of those that take connections sees it. */
export interface Servant {
  /** 0 takes no connections. */
  readonly weight: number;
  readonly backup: boolean;
  readonly healthy: boolean;
  /** Of its weight, that it gets now: less than 1 while it starts slowly. */
  readonly share: number;
}

/** Which endpoints of a backend take new connections, and whether that is as it should be. */
export interface Serving<T extends Servant> {
  readonly serving: readonly T[];
  /** Whether too few are healthy, so that unhealthy ones are used as well. */
  readonly panic: boolean;
  /** Whether backups stand in since too few of the others are healthy. */
  readonly backups: boolean;
}

/** Whether enough of them are healthy to carry the load: one at least, and the share that is asked for. */
const enough = (all: readonly Servant[], healthy: readonly Servant[], thresholdPercent: number): boolean =>
  healthy.length > 0 && healthy.length * 100 >= thresholdPercent * all.length;

/**
 * The healthy endpoints that are no backups, as long as they are enough; else the healthy backups join them. They join as well while all of those start slowly:
 * alone, an endpoint would have everything at once, however small its share. Only where there
 * is no healthy backup either, health is not looked at (panic), and all that are no backups are used: a wrong check must not
 * be worse than none, and a few healthy endpoints must not fall one after the other under the load of all. Where every endpoint
 * that has a weight is a backup, they are as good as any. Nothing here is remembered, so it cannot lag: what keeps the
 * verdicts from flapping are the thresholds of the checks, and no connection that is open is touched.
 */
export const chooseServing = <T extends Servant>(
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
