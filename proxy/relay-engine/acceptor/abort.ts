import { EHOSTDOWN, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT } from '../../sys/sys.ts';
import { CLIENT, LOST, type Side } from './connections.ts';
import type { Acceptor } from './context.ts';
import { resetBoth, resetConnection } from './ending.ts';
import { ALERTED, CUT_OFF, VIOLATED } from './tls-transport.ts';

/** Errors of a peer that answered neither keepalive nor what was sent, or that no route leads to. */
const LOSSES: ReadonlySet<number> = new Set([ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN]);

/** Remembers whether a side that failed with `errno` was lost: the kernel reports the error only once. */
export const noteLoss = ({ connections }: Acceptor, sideIndex: number, errno: number): void => {
  if (LOSSES.has(errno)) connections.flags[sideIndex] = (connections.flags[sideIndex] as number) | LOST;
};

/** The side `from` was reset or broke down: resets the other side, too. */
export const abort = (acceptor: Acceptor, connection: number, from: Side): void => {
  const { flags, tlsNotes } = acceptor.connections;
  const isLost = ((flags[connection * 2 + from] as number) & LOST) !== 0;
  const notes = tlsNotes[connection * 2 + from] as number;
  const isClient = from === CLIENT;
  const violated = isClient ? 'TlsViolated' : 'EndpointTlsViolated';
  if ((notes & CUT_OFF) !== 0)
    resetBoth(acceptor, connection, isClient ? 'TlsTruncated' : 'EndpointTlsTruncated');
  // A reset could overtake the alert that tells the side itself what was wrong.
  else if ((notes & ALERTED) !== 0) resetConnection(acceptor, connection, (1 - from) as Side, violated);
  else if ((notes & VIOLATED) !== 0) resetBoth(acceptor, connection, violated);
  else if (isClient) resetBoth(acceptor, connection, isLost ? 'ClientTimedOut' : 'ClientReset');
  else resetBoth(acceptor, connection, isLost ? 'EndpointTimedOut' : 'EndpointReset');
};
