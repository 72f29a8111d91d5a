import type { DescriptorNeeds } from '../engine/kind.ts';

/**
 * Node, its standard streams, the log, the source and the admin listener hold 25. The rest is for clients of
 * the admin endpoint (probes, scrapes, the operator), for connections to the API server and for DNS lookups.
 */
const OWN = 64;
/**
 * Concurrent health checks of endpoints that answer quickly, and the same number again for slow ones: enough
 * for thousands of endpoints, and few enough to leave descriptors to the traffic.
 */
const CONCURRENT_CHECKS = 64;
/** Lanes for quick and slow checks (health/check-schedule.ts). */
const LANES = 2;
/** The share of the remaining descriptors that the checks of both lanes may use if the limit is low. */
const CHECKS_SHARE = 1 / 4;

/** How the process's file descriptors are divided. */
export interface DescriptorShares {
  /** Concurrent health checks in each lane. */
  readonly concurrentChecks: number;
  /** Descriptors for connections and listening sockets; the rest is reserved. */
  readonly traffic: number;
}

/**
 * The fewest file descriptors with which a proxy can serve one listener, its health checks and a few
 * connections.
 */
export const fewestDescriptors = ({ own, least }: DescriptorNeeds): number => OWN + own + LANES + least;

/**
 * Divides the file descriptor limit so that connections never use up what the admin endpoint and the engine
 * need: a proxy that is merely full must answer its probes, or the kubelet kills it with all its connections.
 * The limit must be at least `fewestDescriptors`.
 */
export const shareDescriptors = (limit: number, { own, most }: DescriptorNeeds): DescriptorShares => {
  const left = Math.min(limit, most) - OWN - own;
  const concurrentChecks = Math.max(
    1,
    Math.min(CONCURRENT_CHECKS, Math.floor((left * CHECKS_SHARE) / LANES)),
  );
  return { concurrentChecks, traffic: left - LANES * concurrentChecks };
};
