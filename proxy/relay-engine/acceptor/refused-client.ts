import type { CloseReason } from '../../engine/close-reason.ts';
import { EAGAIN, EINTR, SHUT_WR } from '../../sys/sys.ts';
import { CLIENT, REFUSED } from './connections.ts';
import type { Acceptor } from './context.ts';
import { closeConnection } from './ending.ts';
import { LINGER_TICKS } from './linger.ts';
import { freeTls } from './tls-transport.ts';

/** Most bytes that are read of a client after it was refused. */
export const MOST_DISCARDED_BYTES = 262_144;
/** Most refused clients that an acceptor keeps. */
export const MOST_REFUSED = 1024;

/** A client that was refused, and has not ended yet. */
export interface CurrentRefusal {
  readonly reason: CloseReason;
  /** How many of its bytes are still read, and thrown away. */
  readonly left: number;
}

/** Ends the one that has been kept longest if there are as many as there may be. */
const makeRoom = (acceptor: Acceptor): void => {
  const { refusals } = acceptor.connections;
  if (refusals.size < MOST_REFUSED) return;
  for (const [oldest, { reason }] of refusals) {
    closeConnection(acceptor, oldest, reason);
    return;
  }
};

/**
 * Ends the connection of a client that was told why it is refused: by an alert of TLS, or in the words of
 * its protocol. The stream to it ends at once, and what TLS has of it is freed. Its socket stays until it has
 * ended its own stream, for a while: a socket that is closed answers what its client sends, or has sent
 * before, with a reset, and programs then report that instead of what they were told. A client of TLS 1.3
 * sends data before it can know that it is refused.
 */
export const endRefused = (acceptor: Acceptor, connection: number, reason: CloseReason): void => {
  const { connections, sys, timers } = acceptor;
  const { prefaces, openings, handshakes, refusals } = connections;
  const client = connection * 2 + CLIENT;
  if (sys.shutdown(connections.fd[client] as number, SHUT_WR) < 0) {
    closeConnection(acceptor, connection, reason);
    return;
  }
  freeTls(acceptor, client);
  for (const kept of [prefaces, openings, handshakes]) kept.delete(connection);
  makeRoom(acceptor);
  refusals.set(connection, { reason, left: MOST_DISCARDED_BYTES });
  connections.state[connection] = REFUSED;
  timers.set(connection, acceptor.now + LINGER_TICKS);
  discard(acceptor, connection);
};

/** Reads what has come of a refused client, and closes its connection if that was all, or too much. */
export const discard = (acceptor: Acceptor, connection: number): void => {
  const { connections, sys, scratch } = acceptor;
  const { reason, left: most } = connections.refusals.get(connection) as CurrentRefusal;
  const fd = connections.fd[connection * 2 + CLIENT] as number;
  for (let left = most; left > 0; ) {
    const read = sys.recv(fd, scratch.address, Math.min(left, scratch.bytes.length));
    if (read === -EINTR) continue;
    if (read === -EAGAIN) {
      connections.refusals.set(connection, { reason, left });
      return;
    }
    if (read <= 0) break;
    left -= read;
  }
  closeConnection(acceptor, connection, reason);
};

export const onRefusedDeadline = (acceptor: Acceptor, connection: number): void => {
  const { reason } = acceptor.connections.refusals.get(connection) as CurrentRefusal;
  closeConnection(acceptor, connection, reason);
};
