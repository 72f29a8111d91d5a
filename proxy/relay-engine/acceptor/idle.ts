import { abort } from './abort.ts';
import { BROKEN, CLIENT, ENDED, ENDPOINT, SIDES } from './connections.ts';
import type { Acceptor } from './context.ts';
import { closeConnection, resetBoth, resetConnection } from './ending.ts';
import { firstByteBy } from './first-byte.ts';
import { noteDeparted } from './under-way.ts';

/**
 * Nothing has moved for the idle timeout, or since a side failed. If bytes are left that a side did not take,
 * reset both, so that the peer cannot mistake a truncated stream for a complete one.
 */
const endIdle = (acceptor: Acceptor, connection: number): void => {
  const { pendingBuffer, flags, idleTicks, halfClosedTicks } = acceptor.connections;
  for (const side of SIDES)
    if (((flags[connection * 2 + side] as number) & BROKEN) !== 0) {
      abort(acceptor, connection, side);
      return;
    }
  const isTruncated =
    (pendingBuffer[connection * 2 + CLIENT] as number) >= 0 ||
    (pendingBuffer[connection * 2 + ENDPOINT] as number) >= 0;
  const hasEnded = SIDES.some((side) => ((flags[connection * 2 + side] as number) & ENDED) !== 0);
  const isHalfClosedTimeout = idleTicks[connection] === halfClosedTicks[connection];
  const reason = hasEnded && isHalfClosedTimeout ? 'HalfClosedTimeout' : 'IdleTimeout';
  if (isTruncated) resetBoth(acceptor, connection, reason);
  else closeConnection(acceptor, connection, reason);
};

/**
 * The timer of a relaying connection is due. It is not moved with every byte: only here is it checked how
 * long the connection has really been silent, first by what was relayed, then by what the kernel has
 * delivered since.
 */
export const onIdleDeadline = (acceptor: Acceptor, connection: number): void => {
  const { connections } = acceptor;
  const idle = connections.idleTicks[connection] as number;
  if (acceptor.now >= (connections.lastActive[connection] as number) + idle)
    noteDeparted(acceptor, connection);
  const end = (connections.lastActive[connection] as number) + idle;
  const firstBy = firstByteBy(acceptor, connection) ?? end;
  if (acceptor.now >= end) endIdle(acceptor, connection);
  else if (acceptor.now >= firstBy) resetConnection(acceptor, connection, CLIENT, 'FirstByteTimeout');
  else acceptor.timers.set(connection, Math.min(end, firstBy));
};
