import type { HandshakeFailure } from '../../engine/handshake-failure.ts';
import { EAGAIN } from '../../sys/sys.ts';
import { WANTS_WRITE } from '../../sys/tls.ts';
import { ALERTS, fatalAlert } from '../../tls/alert.ts';
import { versionText } from '../../tls/version-text.ts';
import { checkClient, isRefusal } from './check-client.ts';
import { CLIENT, CONNECTING, HANDSHAKE, READABLE } from './connections.ts';
import type { Acceptor } from './context.ts';
import { dialFirst } from './dial.ts';
import { closeConnection, resetConnection } from './ending.ts';
import { handshakeFailure } from './handshake-failure.ts';
import { transportFor } from './limited-transport.ts';
import { endRefused } from './refused-client.ts';
import type { ContextHandle } from './server-contexts.ts';
import { tell } from './tell.ts';
import { TICK_MS } from './timer-wheel.ts';
import { TLS } from './tls-transport.ts';
import { watchWritable } from './watch-sides.ts';

const NO_CERTIFICATE = fatalAlert('handshake_failure');

export const noteFailure = (
  { connections, counters }: Acceptor,
  connection: number,
  failure: HandshakeFailure,
): void => {
  counters.handshakeFailed(connections.listenerSlot[connection] as number, failure);
  connections.tlsDetails.set(connection, { ...connections.tlsDetails.get(connection), failure });
};

const fail = (acceptor: Acceptor, connection: number, why: HandshakeFailure): void => {
  noteFailure(acceptor, connection, why);
  // Of the others it is OpenSSL that has sent an alert.
  const isOver = why === 'ClientLeft' || why === 'ClientAlert';
  if (isOver) closeConnection(acceptor, connection, 'TlsHandshakeFailed');
  else endRefused(acceptor, connection, isRefusal(why) ? 'TlsClientRefused' : 'TlsHandshakeFailed');
};

/**
 * Begins the handshake with a client of which nothing was taken yet; `ticks` are those that it has since it
 * came. The kernel reports what has come already, too, but the hello that was looked at is there now.
 */
export const beginHandshake = (
  acceptor: Acceptor,
  connection: number,
  { address, clients, failure = 'NoCertificate' }: ContextHandle,
  ticks: number,
): void => {
  const { connections, timers } = acceptor;
  const client = connection * 2 + CLIENT;
  if (address === 0) {
    const fd = connections.fd[client] as number;
    tell(acceptor, fd, NO_CERTIFICATE);
    fail(acceptor, connection, failure);
    return;
  }
  const side = acceptor.tls().accept(address, connections.fd[client] as number);
  if (side === 0) {
    resetConnection(acceptor, connection, CLIENT, 'NoDescriptors');
    return;
  }
  const transport = transportFor(acceptor, connection, TLS);
  connections.tls[client] = side;
  connections.tlsNotes[client] = 0;
  connections.swapTransport(client, transport);
  connections.flags[client] = (connections.flags[client] as number) | transport.flags;
  connections.state[connection] = HANDSHAKE;
  connections.handshakes.add(connection);
  if (clients !== undefined) connections.clientChecks.set(connection, clients);
  timers.set(connection, Math.floor((connections.began[connection] as number) / TICK_MS) + ticks);
  shakeHands(acceptor, connection);
};

/**
 * It is complete: an endpoint is dialled as if the client had only just come. Bytes of the client may have
 * been read along with the last ones of the handshake, of which the kernel will not report anything.
 */
const onComplete = (acceptor: Acceptor, connection: number): void => {
  const { connections, timers, counters } = acceptor;
  const tls = acceptor.tls();
  const client = connection * 2 + CLIENT;
  const { offered, ...details } = connections.tlsDetails.get(connection) ?? {};
  const version = versionText(tls.version(connections.tls[client] as number));
  connections.tlsDetails.set(connection, { ...details, version });
  const refusal = checkClient(acceptor, connection);
  if (refusal !== undefined) {
    noteFailure(acceptor, connection, refusal);
    const why = refusal === 'ClientCertificateExpired' ? ALERTS.certificate_expired : ALERTS.access_denied;
    // An orderly end without an alert could pass for an answer.
    if (tls.alert(connections.tls[client] as number, why))
      endRefused(acceptor, connection, 'TlsClientRefused');
    else resetConnection(acceptor, connection, CLIENT, 'TlsClientRefused');
    return;
  }
  counters.handshakeDone(
    connections.listenerSlot[connection] as number,
    tls.isResumed(connections.tls[client] as number),
  );
  timers.clear(connection);
  connections.handshakes.delete(connection);
  connections.flags[client] = (connections.flags[client] as number) | READABLE;
  connections.state[connection] = CONNECTING;
  connections.lastActive[connection] = acceptor.now;
  dialFirst(acceptor, connection);
};

/** Goes on with the handshake as far as the client's bytes and the socket allow. */
export const shakeHands = (acceptor: Acceptor, connection: number): void => {
  const { connections } = acceptor;
  const tls = acceptor.tls();
  const client = connection * 2 + CLIENT;
  const result = tls.handshake(connections.tls[client] as number);
  switch (result) {
    case 1:
      onComplete(acceptor, connection);
      return;
    case -EAGAIN:
      return;
    case -WANTS_WRITE:
      if (!watchWritable(acceptor, client)) resetConnection(acceptor, connection, CLIENT, 'NoDescriptors');
      return;
    default:
      fail(
        acceptor,
        connection,
        handshakeFailure(result, tls.reason, () => tls.verifyResult(connections.tls[client] as number)),
      );
  }
};

export const onHandshakeDeadline = (acceptor: Acceptor, connection: number): void => {
  noteFailure(acceptor, connection, 'TimedOut');
  resetConnection(acceptor, connection, CLIENT, 'TlsHandshakeTimeout');
};
