import type { Table } from '../table/table.ts';
import type { SharedBuffers } from './shared-memory.ts';

/** A table as one acceptor gets it: with its own listening sockets and everyone's slots in shared memory. */
export interface AcceptorTable {
  readonly version: number;
  /** Descriptors that all connections together may hold; beyond it accepting pauses. */
  readonly descriptorLimit: number;
  readonly listeners: readonly AcceptorListener[];
  readonly backends: readonly AcceptorBackend[];
}

export interface AcceptorListener {
  readonly slot: number;
  /** Descriptor of this acceptor's listening socket; opened and closed by the control thread. */
  readonly fd: number;
  readonly backendSlot: number;
  readonly idleMs: number;
}

export interface AcceptorBackend {
  readonly slot: number;
  readonly algorithm: Table['backends'][number]['algorithm'];
  readonly connectMs: number;
  readonly retries: number;
  readonly endpoints: readonly AcceptorEndpoint[];
  /** Weighted order of indexes into `endpoints`. */
  readonly order: Uint16Array;
}

export interface AcceptorEndpoint {
  readonly slot: number;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
}

/** Control thread → acceptor; the acceptor's eventfd is signalled after each. */
export type ToAcceptor = { readonly type: 'Table'; readonly table: AcceptorTable };

/** Acceptor → control thread. */
export type FromAcceptor =
  | { readonly type: 'Adopted'; readonly version: number }
  | { readonly type: 'Paused'; readonly errno: number }
  | { readonly type: 'Resumed' };

/** What an acceptor's thread is started with. */
export interface AcceptorStart {
  readonly index: number;
  readonly shared: SharedBuffers;
  readonly eventfd: number;
}
