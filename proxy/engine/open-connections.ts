import type { OpenPhase } from '../../report/open-phases.ts';
import type { AddressSet } from '../address-set/address-set.ts';

/** By what connections are sorted: the oldest first, those with the most bytes, or the longest idle. */
export const ORDERS = ['age', 'bytes', 'idle'] as const;
export type Order = (typeof ORDERS)[number];

/** Which open connections are wanted. Of each list any of the given values, if there are any. */
export interface ConnectionQuery {
  readonly listeners: readonly string[];
  readonly backends: readonly string[];
  /** As `endpointKey` writes them. */
  readonly endpoints: readonly string[];
  /** Addresses of clients; undefined for all. */
  readonly clients: AddressSet | undefined;
  readonly olderThanMs: number;
  readonly order: Order;
  /** How many are listed. */
  readonly most: number;
}

export interface OpenConnection {
  /** Omitted if it was removed a long time ago. */
  readonly listener?: string;
  readonly backend?: string;
  readonly endpoint?: string;
  readonly client: { readonly address: string; readonly port: number };
  readonly phase: OpenPhase;
  readonly ageMs: number;
  /** Since bytes moved last; before any did, since it came this far. */
  readonly idleMs: number;
  /** Bytes from the client, and to it. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** The server that the client names in TLS, if it is read. */
  readonly serverName?: string;
}

export interface OpenConnections {
  readonly connections: readonly OpenConnection[];
  /** How many are wanted, listed or not. */
  readonly matched: number;
}
