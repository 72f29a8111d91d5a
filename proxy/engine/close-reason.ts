import { AFTER, ANY, BEFORE, EARLY, type EndedBy, type Ending, type Phase } from './ending.ts';
import { ENDPOINT_TLS_ENDINGS } from './endpoint-tls-endings.ts';

/** Why a connection ended: one code each. */
export const CLOSE_REASONS = [
  {
    reason: 'Finished',
    by: 'Both',
    phases: AFTER,
    isError: false,
    meaning: 'both sides sent their end of stream',
  },
  { reason: 'ClientReset', by: 'Client', phases: AFTER, isError: true, meaning: 'the client reset it' },
  {
    reason: 'EndpointReset',
    by: 'Endpoint',
    phases: AFTER,
    isError: true,
    meaning: 'the endpoint reset it, or had closed and the client went on sending',
  },
  {
    reason: 'ClientTimedOut',
    by: 'Client',
    phases: AFTER,
    isError: true,
    meaning: 'the client answered neither keepalive nor what was sent, or cannot be reached any more',
  },
  {
    reason: 'EndpointTimedOut',
    by: 'Endpoint',
    phases: AFTER,
    isError: true,
    meaning: 'the endpoint answered neither keepalive nor what was sent, or cannot be reached any more',
  },
  {
    reason: 'IdleTimeout',
    by: 'Proxy',
    phases: AFTER,
    isError: true,
    meaning: 'no byte moved for the idle timeout',
  },
  {
    reason: 'ConnectFailed',
    by: 'Endpoint',
    phases: BEFORE,
    isError: true,
    meaning: 'every attempt to reach an endpoint failed',
  },
  {
    reason: 'ConnectTimeout',
    by: 'Proxy',
    phases: BEFORE,
    isError: true,
    meaning: 'no endpoint answered within connect.totalTimeout',
  },
  {
    reason: 'RetryBudgetSpent',
    by: 'Proxy',
    phases: BEFORE,
    isError: true,
    meaning: 'an attempt failed and the retry budget was spent',
  },
  {
    reason: 'NoEndpoint',
    by: 'Proxy',
    phases: BEFORE,
    isError: true,
    meaning: 'the backend has no endpoint to try',
  },
  {
    reason: 'EndpointsFull',
    by: 'Proxy',
    phases: BEFORE,
    isError: true,
    meaning: 'every endpoint has its maxConnectionsPerEndpoint',
  },
  {
    reason: 'ClientGone',
    by: 'Client',
    phases: BEFORE,
    isError: true,
    meaning: 'the client left before an endpoint was connected',
  },
  {
    reason: 'NoDescriptors',
    by: 'Proxy',
    phases: ANY,
    isError: true,
    meaning: 'out of file descriptors or memory',
  },
  {
    reason: 'NoSourcePort',
    by: 'Proxy',
    phases: BEFORE,
    isError: true,
    meaning: 'out of source ports to the endpoints',
  },
  {
    reason: 'EndpointRemoved',
    by: 'Proxy',
    phases: ['Connecting', 'Relaying'],
    isError: true,
    meaning: 'the endpoint has gone and drain.onRemoval is Close',
  },
  {
    reason: 'EndpointUnhealthy',
    by: 'Proxy',
    phases: ['Connecting', 'Relaying'],
    isError: true,
    meaning: 'the endpoint is unhealthy and drain.onUnhealthy is Close',
  },
  {
    reason: 'Drained',
    by: 'Proxy',
    phases: AFTER,
    isError: false,
    meaning: 'idle while the proxy was stopping',
  },
  {
    reason: 'Stopped',
    by: 'Proxy',
    phases: ANY,
    isError: true,
    meaning:
      'the proxy ended with the connection open, or was stopping and a side had taken nothing for half a minute',
  },
  {
    reason: 'AcceptorDied',
    by: 'Proxy',
    phases: ['HandingOver', 'Unknown'],
    isError: true,
    meaning: 'the thread that relayed it died, and was replaced',
  },
  {
    reason: 'HalfClosedTimeout',
    by: 'Proxy',
    phases: AFTER,
    isError: true,
    meaning: 'one side had ended, and no byte moved for the half-closed timeout',
  },
  {
    reason: 'ProxyHeaderUntrusted',
    by: 'Proxy',
    phases: EARLY,
    isError: true,
    meaning: 'a PROXY header is required, and the client is not in proxyProtocol.trustedSources',
  },
  {
    reason: 'ProxyHeaderMissing',
    by: 'Client',
    phases: EARLY,
    isError: true,
    meaning: 'the first bytes are no PROXY header of a version that the listener accepts',
  },
  {
    reason: 'ProxyHeaderMalformed',
    by: 'Client',
    phases: EARLY,
    isError: true,
    meaning: 'the PROXY header is malformed, ended too early, or its checksum is wrong',
  },
  {
    reason: 'ProxyHeaderTooLong',
    by: 'Client',
    phases: EARLY,
    isError: true,
    meaning: 'the PROXY header is longer than 107 bytes (V1) or 16 KiB (V2)',
  },
  {
    reason: 'ProxyHeaderTooSlow',
    by: 'Client',
    phases: EARLY,
    isError: true,
    meaning: 'the PROXY header was not complete within timeouts.handshake',
  },
  {
    reason: 'ConnectionLimit',
    by: 'Proxy',
    phases: EARLY,
    isError: true,
    meaning: 'refused: the listener had limits.connections open',
  },
  {
    reason: 'SourceConnectionLimit',
    by: 'Proxy',
    phases: EARLY,
    isError: true,
    meaning: 'refused: its source had limits.connectionsPerSource open',
  },
  {
    reason: 'SessionIdle',
    by: 'Both',
    phases: AFTER,
    isError: false,
    meaning: 'a UDP session was silent for the idle timeout, which is how sessions end',
  },
  {
    reason: 'SessionEvicted',
    by: 'Proxy',
    phases: AFTER,
    isError: true,
    meaning: 'an idle UDP session ended for a new one: there were as many as descriptors or one source allow',
  },
  {
    reason: 'SessionLimit',
    by: 'Proxy',
    phases: ['Connecting'],
    isError: true,
    meaning: 'a UDP session was not begun: as many are in use as descriptors or one source allow',
  },
  {
    reason: 'ListenerRemoved',
    by: 'Proxy',
    phases: AFTER,
    isError: true,
    meaning:
      'a UDP session whose listener was removed, and whose port was closed or given to another listener',
  },
  {
    reason: 'ConnectionRateLimit',
    by: 'Proxy',
    phases: EARLY,
    isError: true,
    meaning: 'refused: connections of the listener came faster than limits.connectionRate',
  },
  {
    reason: 'SourceRateLimit',
    by: 'Proxy',
    phases: EARLY,
    isError: true,
    meaning: 'refused: connections of its source came faster than limits.connectionRatePerSource',
  },
  {
    reason: 'SourceDenied',
    by: 'Proxy',
    phases: ['Connecting', 'Relaying'],
    isError: true,
    meaning:
      'the listener’s sources do not allow the client’s address; of open connections, only a UDP session ends when they change',
  },
  {
    reason: 'UnfinishedLimit',
    by: 'Proxy',
    phases: EARLY,
    isError: true,
    meaning: 'refused: its source had limits.unfinishedPerSource open without a byte relayed',
  },
  {
    reason: 'FirstByteTimeout',
    by: 'Proxy',
    phases: AFTER,
    isError: true,
    meaning: 'neither the client nor the endpoint sent a byte within timeouts.firstByte',
  },
  {
    reason: 'TlsNotSpoken',
    by: 'Client',
    phases: EARLY,
    isError: true,
    meaning: 'the client’s first bytes are no ClientHello of TLS: another protocol, SSL 2.0, or an alert',
  },
  {
    reason: 'TlsHelloMalformed',
    by: 'Client',
    phases: EARLY,
    isError: true,
    meaning: 'the ClientHello is malformed, or ended too early',
  },
  {
    reason: 'TlsHelloTooLong',
    by: 'Client',
    phases: EARLY,
    isError: true,
    meaning: 'the ClientHello is longer than 64 KiB',
  },
  {
    reason: 'TlsHelloTooSlow',
    by: 'Client',
    phases: EARLY,
    isError: true,
    meaning: 'the ClientHello was not complete within timeouts.handshake',
  },
  {
    reason: 'TlsNameUnknown',
    by: 'Proxy',
    phases: EARLY,
    isError: true,
    meaning:
      'no TLS route is for the name and protocols that the client asked for, and the listener has no backend; or, with strictSni, no certificate is for the name',
  },
  {
    reason: 'TlsHandshakeFailed',
    by: 'Client',
    phases: EARLY,
    isError: true,
    meaning:
      'the TLS handshake with the client failed; l4balancer_tls_handshake_failures_total counts the causes',
  },
  {
    reason: 'TlsHandshakeTimeout',
    by: 'Proxy',
    phases: EARLY,
    isError: true,
    meaning: 'the TLS handshake was not complete within timeouts.handshake',
  },
  {
    reason: 'TlsHandshakeEvicted',
    by: 'Proxy',
    phases: EARLY,
    isError: true,
    meaning:
      'more than 1,024 TLS handshakes were under way in an acceptor, and this one, the oldest, waited for its client',
  },
  {
    reason: 'TlsClientRefused',
    by: 'Proxy',
    phases: EARLY,
    isError: true,
    meaning:
      'the client has no certificate that tls.clientCertificates accepts; tlsFailure in the access log says why, and l4balancer_tls_handshake_failures_total counts the causes',
  },
  {
    reason: 'TlsTruncated',
    by: 'Client',
    phases: AFTER,
    isError: true,
    meaning:
      'the client’s stream ended without close_notify, so that somebody may have cut it off; passed on as a reset',
  },
  {
    reason: 'TlsViolated',
    by: 'Client',
    phases: AFTER,
    isError: true,
    meaning: 'the client sent a fatal alert, or bytes that are not TLS as it should be',
  },
  {
    reason: 'StartTlsMissing',
    by: 'Client',
    phases: EARLY,
    isError: true,
    meaning: 'the client did not change to TLS, which tls.startTls requires',
  },
  {
    reason: 'StartTlsMalformed',
    by: 'Client',
    phases: EARLY,
    isError: true,
    meaning:
      'the client does not speak the protocol of tls.startTls, or sent more in the clear than may precede TLS',
  },
  ...ENDPOINT_TLS_ENDINGS,
] as const satisfies readonly Ending[];

export type CloseReason = (typeof CLOSE_REASONS)[number]['reason'];

/** One way to end: a reason in a phase. */
export interface Close {
  readonly reason: CloseReason;
  readonly by: EndedBy;
  readonly phase: Phase;
  readonly isError: boolean;
}

/**
 * Every reason in every phase in which it may occur. Figures list them in this order, and an engine may count
 * by the index.
 */
export const CLOSES: readonly Close[] = CLOSE_REASONS.flatMap(({ reason, by, phases, isError }) =>
  phases.map((phase): Close => ({ reason, by, phase, isError })),
);
