import type { EndedConnection } from '../engine/ended-connection.ts';
import type { TlsDetails } from '../engine/tls-details.ts';

const tlsFields = ({ serverName, version, offered, failure, client }: TlsDetails) => ({
  serverName,
  tlsVersion: version,
  tlsOffered: offered,
  tlsFailure: failure,
  clientSubject: client?.subject,
  clientAltNames: client?.altNames,
  clientFingerprint: client?.fingerprint,
});

/** What a log says of a connection, apart from when it ended. Fields that have no value are undefined. */
export const connectionFields = (ended: EndedConnection) => ({
  listener: ended.listener,
  backend: ended.backend,
  endpoint: ended.endpoint,
  client: ended.client,
  uniqueId: ended.uniqueId,
  ...(ended.tls && tlsFields(ended.tls)),
  reason: ended.close.reason,
  endedBy: ended.close.by,
  phase: ended.close.phase,
  retries: ended.retries,
  receivedBytes: ended.receivedBytes,
  sentBytes: ended.sentBytes,
  durationMs: Math.round(ended.durationMs * 1000) / 1000,
  acceptor: ended.acceptor,
});
