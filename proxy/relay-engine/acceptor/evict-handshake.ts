import { CLIENT, HANDSHAKE } from './connections.ts';
import type { Acceptor } from './context.ts';
import { resetConnection } from './ending.ts';
import { noteFailure, shakeHands } from './handshake.ts';

/**
 * Most handshakes that an acceptor has under way; each takes some 54 KiB until it is complete. An acceptor
 * that begins so many is busy for half a second: the oldest of them has had that long to go on.
 */
export const MOST_HANDSHAKES = 1024;

/**
 * Ends the handshake that has been under way longest if there are as many as there may be: most likely, its
 * client does not go on. One whose answer has just come goes on instead, which makes room as well.
 */
export const makeRoomForHandshake = (acceptor: Acceptor): void => {
  const { connections } = acceptor;
  if (connections.handshakes.size < MOST_HANDSHAKES) return;
  const [oldest = -1] = connections.handshakes;
  shakeHands(acceptor, oldest);
  if (connections.state[oldest] !== HANDSHAKE) return;
  noteFailure(acceptor, oldest, 'Evicted');
  resetConnection(acceptor, oldest, CLIENT, 'TlsHandshakeEvicted');
};
