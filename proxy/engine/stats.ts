import type { CloseReason } from '../acceptor/close-reason.ts';
import type { ConnectFailure } from '../acceptor/connect-failure.ts';

/** Counters and gauges of the data plane at one moment; totals only rise, also when an acceptor is replaced. */
export interface EngineStats {
  /** Version of the newest published table; 0 before the first. */
  readonly version: number;
  readonly acceptors: readonly AcceptorStats[];
  readonly listeners: readonly ListenerStats[];
  readonly backends: readonly BackendStats[];
  readonly endpoints: readonly EndpointStats[];
  /** Over all listeners, also those that are no more. */
  readonly closes: readonly Closes[];
  readonly descriptors: {
    /** Descriptors that connections hold. */
    readonly held: number;
    /** Most that they may hold; beyond it accepting pauses. */
    readonly limit: number;
  };
}

export interface Closes {
  readonly reason: CloseReason;
  readonly total: number;
}

export interface AcceptorStats {
  readonly index: number;
  /** Version of the table that it serves; 0 before the first. */
  readonly version: number;
  readonly openConnections: number;
  readonly acceptedTotal: number;
  /** Connections that it accepted and handed to an acceptor with fewer. */
  readonly handedOverTotal: number;
  /** Whether it takes no clients for now, for want of descriptors or memory; they wait in the kernel's queue. */
  readonly paused: boolean;
}

export interface ListenerStats {
  readonly name: string;
  readonly port: number;
  readonly openConnections: number;
  readonly acceptedTotal: number;
  /** Bytes from clients to endpoints. */
  readonly receivedBytes: number;
  /** Bytes from endpoints to clients. */
  readonly sentBytes: number;
  readonly closes: readonly Closes[];
}

export interface BackendStats {
  readonly name: string;
  /** Connection attempts made after a first one failed. */
  readonly retriesTotal: number;
  /** Retries that the budget did not allow. */
  readonly retriesDeniedTotal: number;
  /** Connections that had to wait because every endpoint was full. */
  readonly queuedTotal: number;
  /** Attempts that failed, by what the kernel said. */
  readonly connectFailures: readonly { readonly failure: ConnectFailure; readonly total: number }[];
}

export interface EndpointStats {
  readonly backend: string;
  readonly address: string;
  readonly port: number;
  readonly openConnections: number;
  readonly connectionsTotal: number;
  readonly connectFailuresTotal: number;
  /** Attempts that failed since the last one that succeeded, over all acceptors; shortages of this machine are not counted. */
  readonly consecutiveFailures: number;
}
