import type { Table } from '../table/table.ts';

/**
 * States of closed sockets with undelivered data, as numbered in /proc/net/tcp: FIN_WAIT1, LAST_ACK, CLOSING.
 */
const DELIVERING = new Set(['04', '09', '0B']);
/** How long delivery may stall; after that the peer is assumed to be gone or to accept no more data. */
const STALL_MS = 5_000;
const POLL_MS = 100;
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

const portOf = (address: string): number => Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);

export interface TrafficPorts {
  readonly local: ReadonlySet<number>;
  readonly remote: ReadonlySet<number>;
}

/**
 * Number of bytes, including ends of stream, that closed sockets have not delivered yet, for these local or
 * remote ports. `table` is the text of /proc/net/tcp.
 */
export const undeliveredBytes = (table: string, ports: TrafficPorts): number => {
  let bytes = 0;
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', state = '', queues = '', , , , , inode] = line.trim().split(/\s+/);
    // A socket that a process still holds has an inode.
    if (!DELIVERING.has(state) || inode !== '0') continue;
    if (!ports.local.has(portOf(local)) && !ports.remote.has(portOf(remote))) continue;
    bytes += Number.parseInt(queues, 16); // up to the colon: bytes that are not sent or not acknowledged
  }
  return bytes;
};

/** The ports that distinguish the TCP traffic of a table from other traffic on this machine. */
export const trafficPorts = (table: Table | undefined): TrafficPorts => ({
  local: new Set(table?.listeners.filter(({ protocol }) => protocol === 'TCP').map(({ port }) => port)),
  remote: new Set(
    table?.backends.flatMap(({ endpoints, inactive }) => [...endpoints, ...inactive].map(({ port }) => port)),
  ),
});

export interface DeliveryOptions {
  readonly ports: TrafficPorts;
  readonly read: (path: string) => string | undefined;
  readonly wait: (ms: number) => Promise<void>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/**
 * Waits until the kernel has delivered the data of connections that were closed in order, but for at most
 * `ms` milliseconds, and only as long as it makes progress: when a container stops, its network namespace
 * disappears with everything in it.
 */
export const awaitDelivery = async (
  { ports, read, wait, now }: DeliveryOptions,
  ms: number,
): Promise<void> => {
  const end = now() + ms;
  let least = Number.POSITIVE_INFINITY;
  for (let stalledAt = now() + STALL_MS; now() < Math.min(end, stalledAt); await wait(POLL_MS)) {
    const bytes = TABLES.reduce((sum, path) => sum + undeliveredBytes(read(path) ?? '', ports), 0);
    if (bytes === 0) return;
    if (bytes < least) stalledAt = now() + STALL_MS;
    least = Math.min(least, bytes);
  }
};
