import type { Clock } from '../../kube/clock.ts';
import { eventText } from '../../program/event-audience.ts';
import type { FleetReplica } from '../../report/fleet.ts';
import { type FollowedReplica, followReplica } from './follow-replica.ts';
import type { Replica } from './replicas.ts';

export interface WatchedDeps {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly send: (event: string) => void;
  /** Called when more is known of a replica. */
  readonly onChange: () => void;
}

/** A balancer that at least one page shows. */
export interface WatchedBalancer {
  /**
   * The replicas that exist now. Those that are new are followed, and those that have gone are not any more.
   */
  update(replicas: readonly Replica[]): void;
  /** Asks for the histories, for a page that has just been opened. */
  renew(): void;
  replicas(): readonly FleetReplica[];
  /** Replicas that are not followed because there are too many. */
  more(): number;
  stop(): void;
}

/** Each costs a connection, and one of those that a proxy allows. */
const MOST_REPLICAS = 16;

const NO_ADDRESS = { state: 'Lost', why: 'Its pod does not run.' } as const;

/** Follows the proxies of one balancer once for all pages that show it. */
export const watchBalancer = ({ clock, random, send, onChange }: WatchedDeps): WatchedBalancer => {
  const followed = new Map<string, FollowedReplica>();
  let shown: readonly Replica[] = [];
  let more = 0;
  const idOf = ({ uid, ip, port }: Replica): string => `${uid} ${ip} ${port}`;

  return {
    update(replicas) {
      // Those that serve first.
      const sorted = [...replicas].sort((a, b) => Number(b.isReady) - Number(a.isReady));
      shown = sorted.slice(0, MOST_REPLICAS);
      more = replicas.length - shown.length;
      const wanted = new Map(shown.filter(({ ip }) => ip !== '').map((one) => [idOf(one), one]));
      for (const [id, one] of followed)
        if (!wanted.has(id)) {
          one.stop();
          followed.delete(id);
        }
      for (const [id, replica] of wanted)
        if (!followed.has(id))
          followed.set(
            id,
            followReplica(replica, {
              clock,
              random,
              onFigures: (figures) => send(eventText('figures', figures)),
              onLink: onChange,
            }),
          );
    },
    renew() {
      for (const one of followed.values()) one.renew();
    },
    replicas: () =>
      shown
        .map((one) => ({
          pod: one.pod,
          node: one.node,
          isReady: one.isReady,
          restarts: one.restarts,
          trouble: one.trouble,
          link: followed.get(idOf(one))?.link ?? NO_ADDRESS,
        }))
        .sort((a, b) => (a.pod < b.pod ? -1 : 1)),
    more: () => more,
    stop() {
      for (const one of followed.values()) one.stop();
      followed.clear();
    },
  };
};
