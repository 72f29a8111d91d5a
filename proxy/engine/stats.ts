import type { AcceptErrno } from './accept-errno.ts';
import type { Close } from './close-reason.ts';
import type { ConnectFailure } from './connect-failure.ts';

/**
 * Counters and gauges of the data plane at one moment; totals only rise, even when the thread that counted is
 * replaced.
 */
export interface EngineStats {
  /** Version of the newest published table; 0 before the first. */
  readonly version: number;
  /** One for each thread that relays; empty for an engine that has none. */
  readonly acceptors: readonly AcceptorStats[];
  /**
   * First those of the table, in its order; then those that were removed, until a while after their last
   * connection has ended.
   */
  readonly listeners: readonly ListenerStats[];
  /**
   * The same for backends: a removed one stays until a while after the last connection to one of its
   * endpoints.
   */
  readonly backends: readonly BackendStats[];
  readonly endpoints: readonly EndpointStats[];
  /** Over all listeners, including removed ones; in the order of CLOSES. */
  readonly closes: readonly Closes[];
  /** Those of removed listeners that are not listed any more, in the same order. */
  readonly pastCloses: readonly Closes[];
  readonly sourcePorts: {
    /** How many connections to one endpoint can be open at once (net.ipv4.ip_local_port_range). */
    readonly count: number;
    /** Whether the kernel reuses ports in TIME_WAIT by itself (net.ipv4.tcp_tw_reuse = 1). */
    readonly reused: boolean;
  };
  /** Ended connections that are missing from the access log because they ended faster than they were read. */
  readonly accessLogDropped: number;
  readonly descriptors: {
    /** Descriptors that connections hold. */
    readonly held: number;
    /** The most that they may hold; at the limit accepting pauses. */
    readonly limit: number;
  };
}

/** How many connections ended in one way. */
export interface Closes extends Close {
  readonly total: number;
}

/** Durations by bucket; the last bucket has those above all bounds. */
export interface Durations {
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
  readonly sumMs: number;
}

export interface AcceptorStats {
  readonly index: number;
  /** Version of the table that it serves; 0 before the first. */
  readonly version: number;
  readonly openConnections: number;
  readonly acceptedTotal: number;
  /** Connections that it accepted and handed to an acceptor with fewer. */
  readonly handedOverTotal: number;
  /**
   * Why it accepts no clients now, or did not a moment ago; they wait in the kernel's queue. Omitted while
   * it accepts.
   */
  readonly pausedBy?: AcceptErrno;
}

export interface ListenerStats {
  readonly name: string;
  readonly port: number;
  /** The one address that it is bound to; omitted for all addresses. */
  readonly address?: string;
  /** Name of the backend that gets its connections, or was the last to get them. */
  readonly backend: string;
  /**
   * Whether it was removed from the table: it accepts no clients, and continues counting if it is added
   * again.
   */
  readonly leaving: boolean;
  readonly openConnections: number;
  readonly acceptedTotal: number;
  /** Bytes from clients to endpoints. */
  readonly receivedBytes: number;
  /** Bytes from endpoints to clients. */
  readonly sentBytes: number;
  /** In the order of CLOSES. */
  readonly closes: readonly Closes[];
  /** Connections that ended after no retry, one, two, and more. */
  readonly closesByRetries: readonly number[];
  /** How long ended connections were open. */
  readonly durations: Durations;
}

export interface BackendStats {
  readonly name: string;
  /** Open connections to all of its endpoints, including removed ones. */
  readonly openConnections: number;
  /** Bytes from clients to all endpoints that it ever had. */
  readonly receivedBytes: number;
  /** Bytes from them to clients. */
  readonly sentBytes: number;
  /** How long it took to connect to endpoints. */
  readonly connects: Durations;
  /** Connection attempts made after a first one failed. */
  readonly retriesTotal: number;
  /** Retries that the budget did not allow. */
  readonly retriesDeniedTotal: number;
  /** Connections that had to wait because every endpoint was full. */
  readonly queuedTotal: number;
  /** Failed attempts by cause. */
  readonly connectFailures: readonly { readonly failure: ConnectFailure; readonly total: number }[];
}

/** An endpoint of the table, or one that was removed and has connections, or had some a while ago. */
export interface EndpointStats {
  readonly backend: string;
  readonly address: string;
  readonly port: number;
  /** Whether it was removed from the table. */
  readonly leaving: boolean;
  readonly openConnections: number;
  readonly connectionsTotal: number;
  readonly connectFailuresTotal: number;
  /** Bytes from clients to it. */
  readonly receivedBytes: number;
  /** Bytes from it to clients. */
  readonly sentBytes: number;
  /** Closed connections to it whose source port the kernel kept for a minute. */
  readonly portsKeptTotal: number;
  /** Attempts that failed since the last one that succeeded; shortages of this machine are not counted. */
  readonly consecutiveFailures: number;
}
