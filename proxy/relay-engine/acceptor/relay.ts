import { CLIENT, ENDPOINT, LARGE, QUEUED, READABLE, RELAYING, type Side } from './connections.ts';
import type { Acceptor } from './context.ts';
import { flush, pump, readLater } from './pump.ts';

/** Reads of one side that has much to move, before the next one has its turn. */
const READS_PER_SLICE = 4;
/**
 * Reads of all of these together, before the kernel is asked what has come meanwhile: a side with little to
 * move waits no longer than this.
 */
const READS_PER_TURN = 8;

/**
 * A side of a relaying connection is writable (`writable`), or readable as its flags say. A side with
 * little to move is read at once; one that filled the buffer last time, or was held up by a slow peer, waits
 * for its turn.
 */
export const relay = (acceptor: Acceptor, connection: number, side: Side, writable: boolean): void => {
  const { flags, pendingBuffer, state } = acceptor.connections;
  const sideIndex = connection * 2 + side;
  const other = sideIndex ^ 1;
  if (writable && (pendingBuffer[sideIndex] as number) >= 0) {
    flush(acceptor, connection, side);
    if (state[connection] !== RELAYING) return;
    if (((flags[other] as number) & READABLE) !== 0) readLater(acceptor, other);
  }
  // Nothing is read for a side that has not yet taken what was read before.
  if (((flags[sideIndex] as number) & READABLE) === 0 || (pendingBuffer[other] as number) >= 0) return;
  if (((flags[sideIndex] as number) & LARGE) !== 0) readLater(acceptor, sideIndex);
  else pump(acceptor, connection, side, 1);
};

/** Both sides are connected: passes on what has arrived meanwhile. */
export const beginRelay = (acceptor: Acceptor, connection: number): void => {
  relay(acceptor, connection, CLIENT, false);
  if (acceptor.connections.state[connection] === RELAYING) relay(acceptor, connection, ENDPOINT, false);
};

/**
 * Gives the sides that have much to move their turns, until together they have spent what one turn of the
 * loop allows. Then the kernel is asked what has come meanwhile, so that a side with little to move waits for
 * a few reads, however many streams there are beside it. The order among them is kept from turn to turn.
 */
export const relayReady = (acceptor: Acceptor): void => {
  const { connections, ready } = acceptor;
  const { flags, state } = connections;
  acceptor.spent = 0;
  while (acceptor.spent < READS_PER_TURN && ready.length > 0) {
    const sideIndex = ready.shift();
    const connection = sideIndex >> 1;
    // Its connection may have ended, and the number may be another's since.
    if (((flags[sideIndex] as number) & QUEUED) === 0) continue;
    flags[sideIndex] = (flags[sideIndex] as number) & ~QUEUED;
    if (state[connection] === RELAYING && ((flags[sideIndex] as number) & READABLE) !== 0)
      pump(acceptor, connection, (sideIndex & 1) as Side, READS_PER_SLICE);
  }
};
