import { pino } from 'pino';
import type { Output } from '../../program/output.ts';
import type { EndedConnection } from '../engine/ended-connection.ts';
import type { TlsDetails } from '../engine/tls-details.ts';

/** Fields that have no value are left out of the line. */
const tlsFields = ({ serverName, version, offered, failure, client }: TlsDetails) => ({
  serverName,
  tlsVersion: version,
  tlsOffered: offered,
  tlsFailure: failure,
  clientSubject: client?.subject,
  clientAltNames: client?.altNames,
  clientFingerprint: client?.fingerprint,
});

/**
 * Writes one line for each ended connection, marked with `"log":"access"` and without a level: LOG_LEVEL
 * concerns the program, not its traffic.
 */
export const createAccessLog = (output: Output): ((ended: EndedConnection) => void) => {
  const lines = pino(
    { base: null, timestamp: false, formatters: { level: () => ({ log: 'access' }) } },
    { write: (line) => output.offer(line) },
  );
  return (ended) => {
    if (!output.hasRoom()) {
      output.dropped++;
      return;
    }
    const { close } = ended;
    lines.info({
      time: new Date(ended.endedAt).toISOString(),
      listener: ended.listener,
      ...(ended.backend === undefined ? {} : { backend: ended.backend }),
      ...(ended.endpoint === undefined ? {} : { endpoint: ended.endpoint }),
      client: ended.client,
      ...(ended.uniqueId === undefined ? {} : { uniqueId: ended.uniqueId }),
      ...(ended.tls === undefined ? {} : tlsFields(ended.tls)),
      reason: close.reason,
      endedBy: close.by,
      phase: close.phase,
      retries: ended.retries,
      receivedBytes: ended.receivedBytes,
      sentBytes: ended.sentBytes,
      durationMs: Math.round(ended.durationMs * 1000) / 1000,
      acceptor: ended.acceptor,
    });
  };
};
