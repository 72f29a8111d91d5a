import { SHARED_LIMITS, type SharedLimit } from '../../crds/shared-limit.ts';

/** What this replica may use of a limit of a listener that is shared out over all replicas. */
export interface ListenerShare {
  /** Connections, or thousandths of a connection per second. */
  readonly amount: number;
  /** Names this share; each later one has a higher version. */
  readonly version: number;
}

export type SharesOfListener = Readonly<Partial<Record<SharedLimit, ListenerShare>>>;

/** By name of the listener. */
export type ListenerShares = ReadonlyMap<string, SharesOfListener>;

export const NO_SHARES: ListenerShares = new Map();

/** The amounts alone, by name of the listener. */
export type ShareAmounts = ReadonlyMap<string, Readonly<Partial<Record<SharedLimit, number>>>>;

export const amountsOf = (shares: ListenerShares): ShareAmounts =>
  new Map(
    [...shares].map(([listener, of]) => [
      listener,
      Object.fromEntries(
        SHARED_LIMITS.flatMap((limit) => (of[limit] === undefined ? [] : [[limit, of[limit].amount]])),
      ),
    ]),
  );
