import type { CertificateFacts } from '../../certificates/key-pair.ts';
import type { AccessLog } from '../../configuration/access-log.ts';
import type { BackendPolicy } from '../../configuration/backend-policy.ts';
import type { Protocol } from '../../configuration/binding.ts';
import type { ListenerPolicy } from '../../configuration/listener-policy.ts';
import type { NativeKeyPair, NativeTrust } from '../../sys/tls.ts';
import type { PickingPlan } from '../../table/pickers/picker.ts';
import type { ConnectionColumns } from './connection-columns.ts';
import type { IdsBuffers } from './connection-ids/ids-memory.ts';
import type { LimitsBuffers } from './limits/limits-memory.ts';
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
  /** What acceptors count limits in; from the first table on that has any. */
  readonly limits?: LimitsBuffers;
  /** Where acceptors note connection IDs; from the first table on that has listeners that follow them. */
  readonly connectionIds?: IdsBuffers;
  /** Keys of session tickets, the newest first; from the first table on that ends TLS. */
  readonly ticketKeys?: Uint8Array<SharedArrayBuffer>;
  /** Slots of endpoints that have gone, whatever becomes of their connections: sessions move. */
  readonly left?: readonly number[];
}

/** In place of the slot of a backend. */
export const NO_BACKEND = -1;

export interface AcceptorListener {
  readonly slot: number;
  /** Descriptor of this acceptor's listening socket; opened and closed by the control thread. */
  readonly fd: number;
  readonly protocol: Protocol;
  readonly port: number;
  /** Or NO_BACKEND, if only its routes name some. */
  readonly backendSlot: number;
  /** Whether it was removed, and serves only what is under way. */
  readonly leaving?: boolean;
  readonly policy: ListenerPolicy;
  /** Only if it ends TLS: its certificates, in the order of the configuration. */
  readonly keyPairs?: readonly AcceptorCertificate[];
  /** What certificates of its clients are verified with; omitted if they are not, or if that is not known. */
  readonly trust?: AcceptorTrust;
}

/** A certificate with its key, in memory that the control thread keeps until no acceptor needs it. */
export interface AcceptorCertificate extends Pick<CertificateFacts, 'id' | 'names' | 'kind'> {
  readonly native: NativeKeyPair;
  /** The OCSP response that clients get with it, in DER. */
  readonly staple?: Uint8Array;
}

/** Authorities of clients or endpoints, in memory that the control thread keeps as long as needed. */
export interface AcceptorTrust {
  /** Identifies the content. */
  readonly id: string;
  readonly native: NativeTrust;
}

/** What TLS with the endpoints of a backend needs; what has never been readable is omitted. */
export interface AcceptorCredentials {
  readonly trust?: AcceptorTrust;
  readonly keyPair?: AcceptorCertificate;
  /** Whether nothing is missing. */
  readonly isComplete: boolean;
}

export interface AcceptorBackend {
  /** A preface picks a backend by its name. */
  readonly name: string;
  readonly slot: number;
  readonly policy: BackendPolicy;
  /** Only if TLS is spoken with its endpoints. */
  readonly credentials?: AcceptorCredentials;
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
  /** Answer with what these connections have named in TLS; see Described. */
  | { readonly type: 'Describe'; readonly request: number; readonly connections: readonly number[] }
  /** Close idle connections bit by bit, so that hardly any is left after `ms`. */
  | { readonly type: 'Drain'; readonly ms: number };

/** Acceptor → control thread. */
export type FromAcceptor =
  /** It has started; this is where it keeps its connections. */
  | { readonly type: 'Started'; readonly columns: ConnectionColumns }
  /** Of each connection that was asked about, what its client has named; undefined for nothing. */
  | {
      readonly type: 'Described';
      readonly request: number;
      readonly serverNames: readonly (string | undefined)[];
    }
  | { readonly type: 'Adopted'; readonly version: number }
  | { readonly type: 'Paused'; readonly errno: number }
  | { readonly type: 'Resumed' }
  /** A peer was refused as one that is not trusted to send a PROXY header; not each is told. */
  | { readonly type: 'PeerUntrusted'; readonly listenerSlot: number; readonly address: Uint8Array };

/** What an acceptor's thread is started with. */
export interface AcceptorStart {
  readonly index: number;
  /** How many acceptors there are. */
  readonly acceptors: number;
  readonly shared: SharedBuffers;
  readonly eventfd: number;
  readonly sourcePorts: PortRange;
  /** When the clock of all acceptors began; see shared-clock.ts. */
  readonly clockOriginMs: number;
}
