import { MAX_DESCRIPTORS } from './acceptor/shared-memory.ts';

/**
 * Node, its standard streams, the log, the source and the admin listener hold 25; the rest is for who asks the admin endpoint (probes, scrapes,
 * the operator), for the API server's connections and for names that are resolved.
 */
const OWN = 64;
/**
 * An acceptor's thread holds 5 (measured), its epoll set and its eventfd one each; and acceptors that look at the same time may each take a
 * connection too many, which is two.
 */
const FOR_ACCEPTOR = 9;
/**
 * Health checks at one time of endpoints that answer soon, and as many of slow ones: enough for thousands of endpoints, few enough to
 * leave descriptors to the traffic.
 */
const CHECKS_AT_ONCE = 64;
/** Quick ones and slow ones (health/check-schedule.ts). */
const LANES = 2;
/** Part of what the proxy does not need itself that the checks of both lanes may have, where the limit is small. */
const CHECKS_PART = 1 / 4;
const FOR_CONNECTION = 2;

/** Who may have how many of the process's file descriptors. */
export interface DescriptorShares {
  /** Health checks of each lane at one time. */
  readonly checksAtOnce: number;
  /** Connections and listening sockets; the others always find theirs. */
  readonly traffic: number;
}

/** File descriptors with fewer than which a proxy cannot serve one listener, its health checks and some connection. */
export const fewestDescriptors = (acceptors: number): number =>
  OWN + (FOR_ACCEPTOR + 2) * acceptors + LANES + FOR_CONNECTION;

/**
 * Divides the limit of the process, so that connections never take what the admin endpoint and the acceptors need: a proxy that is merely full
 * must answer its probes, or the kubelet kills it with all its connections. The owner table has no place for descriptors beyond its size.
 */
export const shareDescriptors = (limit: number, acceptors: number): DescriptorShares => {
  const left = Math.min(limit, MAX_DESCRIPTORS) - OWN - FOR_ACCEPTOR * acceptors;
  const checksAtOnce = Math.max(1, Math.min(CHECKS_AT_ONCE, Math.floor((left * CHECKS_PART) / LANES)));
  return { checksAtOnce, traffic: Math.max(FOR_CONNECTION, left - LANES * checksAtOnce) };
};
