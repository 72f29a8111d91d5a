import type { SharedLimit } from '../../crds/shared-limit.ts';
import type { Protocol } from '../configuration/binding.ts';
import type { AcceptErrno } from './accept-errno.ts';
import type { Close } from './close-reason.ts';
import type { ConnectFailure } from './connect-failure.ts';
import type { DatagramDrop } from './datagram-drop.ts';
import type { HandshakeFailure } from './handshake-failure.ts';
import type { IdEvent } from './id-event.ts';
import type { LimitReason } from './limit-reason.ts';

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
  /** Sources of clients, as far as limits need them; omitted as long as no listener had limits. */
  readonly sources?: SourceStats;
  readonly descriptors: {
    /** Descriptors that connections hold. */
    readonly held: number;
    /** The most that they may hold; at the limit accepting pauses. */
    readonly limit: number;
  };
}

/** What is counted of the limits of a listener. */
export interface LimitStats {
  /** False in mode Report. */
  readonly enforced: boolean;
  /** Whether a connection was refused within the last minute. */
  readonly limiting: boolean;
  /** Connections that count against its limits. */
  readonly openConnections: number;
  /** Connections that limits in mode Report would have refused. */
  readonly wouldRefuse: readonly { readonly reason: LimitReason; readonly total: number }[];
  /** Reads that limits of bandwidth put off, or would have in mode Report. */
  readonly pausedReads: { readonly upload: number; readonly download: number };
  /** The sources that use most: those with the most refused connections, then with the most open ones. */
  readonly topSources: readonly SourceLoad[];
}

/** What one source uses. Totals are since it was followed. */
export interface SourceLoad {
  /** An IPv4 address, or an IPv6 prefix. */
  readonly source: string;
  readonly open: number;
  /** Open connections that no byte was relayed of; only counted if they are limited. */
  readonly unfinished: number;
  readonly connections: number;
  /** Those that were refused, or would have been in mode Report. */
  readonly refused: number;
  /** Bytes of connections that have ended. */
  readonly bytes: number;
}

export interface SourceStats {
  /** Sources that are followed now, and how many can be. */
  readonly tracked: number;
  readonly capacity: number;
  /** Connections whose source could not be followed, and so was not limited. */
  readonly untrackedTotal: number;
  /** Sources that were forgotten in favour of others before their rates had recovered. */
  readonly evictedTotal: number;
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
  readonly protocol: Protocol;
  readonly port: number;
  /** The one address that it is bound to; omitted for all addresses. */
  readonly address?: string;
  /**
   * Name of the backend that gets its connections, or was the last to get them; omitted if only its routes
   * have backends.
   */
  readonly backend?: string;
  /**
   * Whether it was removed from the table: it accepts no clients, and continues counting if it is added
   * again.
   */
  readonly leaving: boolean;
  readonly openConnections: number;
  readonly acceptedTotal: number;
  /**
   * Connections that all of its limits admitted, while it had limits; in mode Report, without those beyond
   * its rate.
   */
  readonly admittedTotal: number;
  /** Connections whose peers were not refused as untrusted, while its clients sent PROXY headers. */
  readonly trustedTotal: number;
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
  /** Omitted if nothing is limited. */
  readonly limits?: LimitStats;
  /** Its shares of limits; omitted unless its limits are shared out. */
  readonly shares?: readonly ShareStats[];
  /** Only of UDP listeners, whose connections are sessions. */
  readonly datagrams?: DatagramStats;
  /** Only of listeners that end TLS. */
  readonly handshakes?: HandshakeStats;
  /** What happened with connection IDs of QUIC; only of listeners that follow them. */
  readonly connectionIds?: readonly { readonly event: IdEvent; readonly total: number }[];
}

/** Handshakes of TLS with clients. */
export interface HandshakeStats {
  /** Those that were completed, without and with an earlier session. */
  readonly full: number;
  readonly resumed: number;
  readonly failed: readonly { readonly failure: HandshakeFailure; readonly total: number }[];
}

/** What a listener has of a limit that is shared out. */
export interface ShareStats {
  readonly limit: SharedLimit;
  /** Connections, or thousandths of a connection per second. */
  readonly amount: number;
  /** Open connections that count against a limit of connections. */
  readonly held: number;
}

export interface DatagramStats {
  /** Taken from clients, whatever became of them. */
  readonly received: number;
  /** Sent to clients. */
  readonly sent: number;
  /** Of both directions, by cause. */
  readonly dropped: readonly { readonly cause: DatagramDrop; readonly total: number }[];
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
  /** Completed handshakes of TLS with endpoints, without and with an earlier session. */
  readonly securedTotal: { readonly full: number; readonly resumed: number };
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
