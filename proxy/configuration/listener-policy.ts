import type { SourcePolicy } from '../address-set/source-policy.ts';
import type { StartTls } from '../start-tls/openings.ts';
import type { LimitsPolicy } from './limits-policy.ts';
import type { TerminationPolicy } from './termination.ts';

/** How a listener's connections are treated; passed on as a whole from the configuration to the acceptors. */
export interface ListenerPolicy {
  /** Milliseconds without data in either direction after which a connection is closed. */
  readonly idleMs: number;
  /** The same once one side has ended. */
  readonly halfClosedMs: number;
  /** Which clients may connect; omitted if all may. */
  readonly sources?: SourcePolicy;
  /** Omitted if all values are the kernel's. */
  readonly keepalive?: Keepalive;
  /** Omitted if clients connect directly. */
  readonly proxyProtocol?: AcceptedProxyProtocol;
  /** Omitted if connections are not told apart by what TLS says. */
  readonly tls?: TlsPolicy;
  /** Milliseconds in which the first byte must come, from either side; omitted for no limit. */
  readonly firstByteMs?: number;
  /** Omitted if nothing is limited. */
  readonly limits?: LimitsPolicy;
  /** Omitted if a session is found by its client's address alone. */
  readonly stickiness?: QuicStickiness;
}

/** Sessions are also found by the connection IDs of QUIC. */
export interface QuicStickiness {
  /** Bytes of a connection ID that are the same in all IDs of one server; omitted for none. */
  readonly serverId?: { readonly offset: number; readonly length: number };
}

/** The header with which load balancers in front name the client. */
export interface AcceptedProxyProtocol {
  readonly accept: 'V1' | 'V2' | 'Any';
  /** Whether peers outside `trustedSources` are refused; otherwise they count as clients themselves. */
  readonly required: boolean;
  /** CIDR ranges of the peers that send a header, each time, and are believed. */
  readonly trustedSources: readonly string[];
  /** Milliseconds that a peer has for it. */
  readonly timeoutMs: number;
}

/** What is done with TLS. */
export interface TlsPolicy {
  /** How TLS ends here; omitted if nothing is decrypted, and only the client's first message is read. */
  readonly termination?: TerminationPolicy;
  readonly routes: readonly TlsRoute[];
  /** The protocol whose clients begin in the clear; omitted if they begin with TLS. */
  readonly startTls?: StartTls;
  /** Milliseconds that a client has for its first message, and for the whole handshake if TLS ends here. */
  readonly timeoutMs: number;
}

/** Where connections go by server name and protocol; see proxy/tls/host-routes.ts. */
export interface TlsRoute {
  readonly hostnames: readonly string[];
  /** Empty for all protocols. */
  readonly alpn: readonly string[];
  /** Name of a backend. */
  readonly backend: string;
}

/** When the kernel probes a silent peer; 0 where its own setting (net.ipv4.tcp_keepalive_*) applies. */
export interface Keepalive {
  readonly timeSeconds: number;
  readonly intervalSeconds: number;
  readonly probes: number;
}
