import type { Table } from '../table/table.ts';

/** States of closed sockets that still have something to deliver, as /proc/net/tcp has them: FIN_WAIT1, LAST_ACK, CLOSING. */
const DELIVERING = new Set(['04', '09', '0B']);
/** How long nothing may leave: then the peer has gone, or takes no more. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 100;
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

const portOf = (address: string): number => Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);

export interface TrafficPorts {
  readonly local: ReadonlySet<number>;
  readonly remote: ReadonlySet<number>;
}

/** Bytes, ends of stream included, that closed sockets have not delivered yet: those of these local or remote ports. `table` is a text of /proc/net/tcp. */
export const undeliveredBytes = (table: string, ports: TrafficPorts): number => {
  let bytes = 0;
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', state = '', queues = '', , , , , inode] = line.trim().split(/\s+/);
    // One that belongs to a process still has an inode.
    if (!DELIVERING.has(state) || inode !== '0') continue;
    if (!ports.local.has(portOf(local)) && !ports.remote.has(portOf(remote))) continue;
    bytes += Number.parseInt(queues, 16); // up to the colon: what waits to be sent, or to be acknowledged
  }
  return bytes;
};

/** The ports by which the traffic of a table is known from that of others on this machine. */
export const trafficPorts = (table: Table | undefined): TrafficPorts => ({
  local: new Set(table?.listeners.map(({ port }) => port)),
  remote: new Set(
    table?.backends.flatMap(({ endpoints, resting }) => [...endpoints, ...resting].map(({ port }) => port)),
  ),
});

export interface DeliveryOptions {
  readonly ports: TrafficPorts;
  readonly read: (path: string) => string | undefined;
  readonly wait: (ms: number) => Promise<void>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/**
 * Waits until the kernel has delivered what connections that were closed in order left to it, `ms` milliseconds at most, and no longer than bytes leave: with
 * a container its network goes, and all that is in it.
 */
export const delivered = async ({ ports, read, wait, now }: DeliveryOptions, ms: number): Promise<void> => {
  const end = now() + ms;
  let least = Number.POSITIVE_INFINITY;
  for (let patience = now() + PATIENCE_MS; now() < Math.min(end, patience); await wait(LOOK_MS)) {
    const bytes = TABLES.reduce((sum, path) => sum + undeliveredBytes(read(path) ?? '', ports), 0);
    if (bytes === 0) return;
    if (bytes < least) patience = now() + PATIENCE_MS;
    least = Math.min(least, bytes);
  }
};
