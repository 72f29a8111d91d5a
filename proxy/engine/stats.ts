import type { CloseReason } from '../acceptor/close-reason.ts';

/** Counters and gauges of the data plane at one moment; totals only rise, also when an acceptor is replaced. */
export interface EngineStats {
  /** Version of the newest published table; 0 before the first. */
  readonly version: number;
  readonly acceptors: readonly AcceptorStats[];
  readonly listeners: readonly ListenerStats[];
  readonly endpoints: readonly EndpointStats[];
  readonly closes: readonly { readonly reason: CloseReason; readonly total: number }[];
  /** Connection attempts made after a first one failed. */
  readonly retriesTotal: number;
}

export interface AcceptorStats {
  readonly index: number;
  /** Version of the table that it serves; 0 before the first. */
  readonly version: number;
  readonly openConnections: number;
  readonly acceptedTotal: number;
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
}

export interface EndpointStats {
  readonly backend: string;
  readonly address: string;
  readonly port: number;
  readonly openConnections: number;
  readonly connectionsTotal: number;
  readonly connectFailuresTotal: number;
}
