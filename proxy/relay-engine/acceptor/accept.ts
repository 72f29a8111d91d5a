import { EAGAIN, ECONNABORTED, EINTR, EMFILE } from '../../sys/sys.ts';
import { admit } from './admit.ts';
import type { Acceptor } from './context.ts';
import { isFull } from './descriptor-room.ts';
import { pauseAccepting, reportResumed } from './pause.ts';
import type { ServedListener } from './served-table.ts';

/** Connections accepted from one listener in one turn: those that are open wait for these. */
const ACCEPTS_PER_TURN = 64;

/**
 * Accepts the connections of a TCP listener; returns false when none are left for now. With `mayHandOver`
 * false all of them stay here.
 */
const acceptFrom = (acceptor: Acceptor, listener: ServedListener, mayHandOver: boolean): boolean => {
  for (let accepted = 0; accepted < ACCEPTS_PER_TURN; accepted++) {
    if (isFull(acceptor)) {
      pauseAccepting(acceptor, EMFILE);
      return false;
    }
    const fd = acceptor.sys.accept(listener.fd, acceptor.socketAddress.address);
    if (fd >= 0) {
      if (acceptor.pauseReported && acceptor.pausedUntil === 0) reportResumed(acceptor);
      admit(acceptor, listener, fd, mayHandOver);
      continue;
    }
    if (fd === -EAGAIN) return false;
    if (fd === -ECONNABORTED || fd === -EINTR) continue;
    pauseAccepting(acceptor, -fd);
    return false;
  }
  return true;
};

/** Accepts what one turn allows; epoll reports the listener again if more are queued. */
export const acceptClients = (acceptor: Acceptor, listener: ServedListener): void => {
  acceptFrom(acceptor, listener, true);
};

/**
 * Accepts every queued connection of a listener that goes. This ends, because the port begins no new
 * handshakes any more. The other acceptors may not know the listener any more, so none is handed over.
 */
export const acceptQueued = (acceptor: Acceptor, listener: ServedListener): void => {
  while (acceptFrom(acceptor, listener, false));
};
