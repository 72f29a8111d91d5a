import type * as z from 'zod';
import type { OpenConnectionReport } from '../../report/connections.ts';
import { connections } from '../../report/connections.ts';
import type { Order } from '../arguments/orders.ts';

export const readConnections = connections;
export type Listed = z.output<typeof connections>;

/** An open connection, and the replica that has it. */
export interface Row extends OpenConnectionReport {
  readonly pod: string;
}

/** The connections of all replicas. */
export interface Joined {
  readonly rows: readonly Row[];
  /** How many there are that were asked for, shown or not. */
  readonly matched: number;
}

const RANKS: Readonly<Record<Order, (row: Row) => number>> = {
  age: ({ ageMs }) => ageMs,
  bytes: ({ receivedBytes, sentBytes }) => receivedBytes + sentBytes,
  idle: ({ idleMs }) => idleMs,
};

/** Joins the lists of the replicas, each of which has those that come first. */
export const joined = (lists: ReadonlyMap<string, Listed>, sort: Order, limit: number): Joined => {
  const rankOf = RANKS[sort];
  const rows = [...lists].flatMap(([pod, list]) => list.connections.map((one) => ({ ...one, pod })));
  return {
    rows: rows.sort((a, b) => rankOf(b) - rankOf(a)).slice(0, limit),
    matched: [...lists.values()].reduce((sum, { matched }) => sum + matched, 0),
  };
};
