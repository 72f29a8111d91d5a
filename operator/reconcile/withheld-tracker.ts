import type { Withheld } from '../status/withheld.ts';

/** A replica that has been told of a lower share usually confirms it within seconds. */
export const LONG_MS = 30_000;

/** Remembers since when parts of limits are withheld. After a restart of the operator, that begins anew. */
export interface WithheldTracker {
  /** Takes what a resource's replicas withhold now. */
  observe(
    key: string,
    withheld: readonly Withheld[],
    nowMs: number,
  ): {
    /** What has been withheld for long. */
    readonly forLong: readonly Withheld[];
    /** Milliseconds until more will have been; undefined if nothing else is withheld. */
    readonly nextMs: number | undefined;
  };
  forget(key: string): void;
}

const idOf = ({ replica, listener, limit, because }: Withheld): string =>
  JSON.stringify([replica, listener, limit, because]);

export const createWithheldTracker = (): WithheldTracker => {
  const byKey = new Map<string, ReadonlyMap<string, number>>();
  return {
    observe(key, withheld, nowMs) {
      const before = byKey.get(key);
      const since = new Map(
        withheld.map((one) => [idOf(one), before?.get(idOf(one)) ?? Math.max(nowMs, one.notBeforeMs)]),
      );
      if (since.size === 0) byKey.delete(key);
      else byKey.set(key, since);
      const leftMs = (one: Withheld): number => (since.get(idOf(one)) ?? nowMs) + LONG_MS - nowMs;
      const waits = withheld.map(leftMs).filter((ms) => ms > 0);
      return {
        forLong: withheld.filter((one) => leftMs(one) <= 0),
        nextMs: waits.length === 0 ? undefined : Math.min(...waits),
      };
    },
    forget: (key) => byKey.delete(key),
  };
};
