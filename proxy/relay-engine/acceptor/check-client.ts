import type { HandshakeFailure } from '../../engine/handshake-failure.ts';
import { CLIENT } from './connections.ts';
import type { Acceptor } from './context.ts';
import { clientCertificateOf, detailsOf, whyRefused } from './served-clients.ts';

const REFUSALS: ReadonlySet<HandshakeFailure> = new Set([
  'ClientCertificateMissing',
  'ClientCertificateUntrusted',
  'ClientCertificateExpired',
  'ClientCertificateRevoked',
  'ClientCertificateUnchecked',
  'ClientNameNotAllowed',
  'NoClientAuthority',
]);

/** Whether a handshake failed because of the client's certificate. */
export const isRefusal = (failure: HandshakeFailure): boolean => REFUSALS.has(failure);

/**
 * A handshake is complete, in which OpenSSL has verified the client's certificate, now or when its session
 * began: notes what the certificate says, and checks the rest. Returns why the client is refused, if it is.
 */
export const checkClient = (acceptor: Acceptor, connection: number): HandshakeFailure | undefined => {
  const { connections, wallClock } = acceptor;
  const checks = connections.clientChecks.get(connection);
  if (checks === undefined) return undefined;
  connections.clientChecks.delete(connection);
  const der = acceptor.tls().peerCertificate(connections.tls[connection * 2 + CLIENT] as number);
  const certificate = der && clientCertificateOf(der);
  if (certificate !== undefined)
    connections.tlsDetails.set(connection, {
      ...connections.tlsDetails.get(connection),
      client: detailsOf(certificate),
    });
  return whyRefused(checks, certificate, wallClock());
};
