// Imported by the acceptors, too, so it must not import zod: each thread would load it.

/** Replicas that a limit is shared out to; others let no client in. */
export const MAX_SHARES = 256;
/** Highest limit of connections. */
export const MAX_CONNECTIONS = 10_000_000;
/** Highest rate of new connections. */
export const MAX_RATE = 1_000_000;
/** Shares of a rate are in so many parts of a connection per second, so that low rates can be divided. */
export const RATE_PARTS = 1000;
/** As much as any limit, in the units of its shares. */
export const MAX_AMOUNT = MAX_RATE * RATE_PARTS;

/** Fields of limits that scope Cluster shares out. */
export const SHARED_LIMITS = ['connections', 'connectionRate'] as const;
export type SharedLimit = (typeof SHARED_LIMITS)[number];
