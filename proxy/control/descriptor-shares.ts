import type { DescriptorNeeds } from '../engine/kind.ts';

/**
 * Node, its standard streams, the log, the source and the admin listener hold 25; the rest is for who asks
 * the admin endpoint (probes, scrapes, the operator), for the API server's connections and for names that are
 * resolved.
 */
const OWN = 64;
/**
 * Health checks at one time of endpoints that answer soon, and as many of slow ones: enough for thousands of
 * endpoints, few enough to leave descriptors to the traffic.
 */
const CHECKS_AT_ONCE = 64;
/** Quick ones and slow ones (health/check-schedule.ts). */
const LANES = 2;
/**
 * Part of what neither the proxy nor its engine needs itself that the checks of both lanes may have, where
 * the limit is small.
 */
const CHECKS_PART = 1 / 4;

/** Who may have how many of the process's file descriptors. */
export interface DescriptorShares {
  /** Health checks of each lane at one time. */
  readonly checksAtOnce: number;
  /** Connections and listening sockets; the others always find theirs. */
  readonly traffic: number;
}

/**
 * File descriptors with fewer than which a proxy cannot serve one listener, its health checks and some
 * connection.
 */
export const fewestDescriptors = ({ own, least }: DescriptorNeeds): number => OWN + own + LANES + least;

/**
 * Divides the limit of the process, so that connections never take what the admin endpoint and the engine
 * need: a proxy that is merely full must answer its probes, or the kubelet kills it with all its connections.
 * The limit is not below `fewestDescriptors`.
 */
export const shareDescriptors = (limit: number, { own, most }: DescriptorNeeds): DescriptorShares => {
  const left = Math.min(limit, most) - OWN - own;
  const checksAtOnce = Math.max(1, Math.min(CHECKS_AT_ONCE, Math.floor((left * CHECKS_PART) / LANES)));
  return { checksAtOnce, traffic: left - LANES * checksAtOnce };
};
