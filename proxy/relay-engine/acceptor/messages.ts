import type { AccessLog } from '../../configuration/access-log.ts';
import type { BackendPolicy } from '../../configuration/backend-policy.ts';
import type { Protocol } from '../../configuration/binding.ts';
import type { ListenerPolicy } from '../../configuration/listener-policy.ts';
import type { PickingPlan } from '../../table/pickers/picker.ts';
import type { SharedBuffers } from './shared-memory.ts';
import type { PortRange } from './source-ports.ts';

/**
 * A table as one acceptor gets it, with its own listening sockets, and slots in shared memory that all agree
 * on.
 */
export interface AcceptorTable {
  readonly version: number;
  /** Descriptors that all connections together may hold; beyond that, accepting pauses. */
  readonly descriptorLimit: number;
  readonly accessLog: AccessLog;
  readonly listeners: readonly AcceptorListener[];
  readonly backends: readonly AcceptorBackend[];
  /** Slots of endpoints that have gone and whose connections end for it. */
  readonly removed: readonly number[];
  /** Slots of endpoints that are unhealthy and whose connections end for it. */
  readonly unhealthy?: readonly number[];
}

export interface AcceptorListener {
  readonly slot: number;
  /** Descriptor of this acceptor's listening socket; opened and closed by the control thread. */
  readonly fd: number;
  readonly protocol: Protocol;
  readonly port: number;
  readonly backendSlot: number;
  readonly policy: ListenerPolicy;
}

export interface AcceptorBackend {
  /** A preface picks a backend by its name. */
  readonly name: string;
  readonly slot: number;
  readonly policy: BackendPolicy;
  readonly endpoints: SharedEndpoints;
  /** Its indexes are those of `endpoints`. In memory that all acceptors share. */
  readonly plan: PickingPlan;
}

/**
 * The endpoints of a backend in memory that all acceptors share, so that posting a table copies none of them.
 */
export interface SharedEndpoints {
  /** Identifies the content: an acceptor that has an object with this id has the same endpoints already. */
  readonly id: number;
  readonly slots: Int32Array;
  readonly weights: Float64Array;
  /** Socket addresses, SOCKET_ADDRESS_BYTES each. */
  readonly addresses: Uint8Array<SharedArrayBuffer>;
}

export interface AcceptorEndpoint {
  readonly slot: number;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
}

/** Control thread → acceptor; the acceptor's eventfd is signalled after each. */
export type ToAcceptor =
  | { readonly type: 'Table'; readonly table: AcceptorTable }
  /** Close idle connections bit by bit, so that hardly any is left after `ms`. */
  | { readonly type: 'Drain'; readonly ms: number };

/** Acceptor → control thread. */
export type FromAcceptor =
  | { readonly type: 'Adopted'; readonly version: number }
  | { readonly type: 'Paused'; readonly errno: number }
  | { readonly type: 'Resumed' };

/** What an acceptor's thread is started with. */
export interface AcceptorStart {
  readonly index: number;
  /** How many acceptors there are. */
  readonly acceptors: number;
  readonly shared: SharedBuffers;
  readonly eventfd: number;
  readonly sourcePorts: PortRange;
}
