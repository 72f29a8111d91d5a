import { WAITING } from './connections.ts';
import type { Acceptor } from './context.ts';
import { TimerWheel } from './timer-wheel.ts';

/** Most connections of one acceptor that may wait at once. */
const MOST_WAITING = 256;
/** How long a connection waits for capacity. */
const WAIT_TICKS = TimerWheel.ticks(1000);

/** Every endpoint has all the connections it may have: waits for capacity; false if the queue is full. */
export const waitForCapacity = (acceptor: Acceptor, connection: number): boolean => {
  const { connections, waiting, timers } = acceptor;
  if (connections.state[connection] === WAITING) return true; // it keeps its deadline and its turn
  if (waiting.length >= MOST_WAITING) return false;
  acceptor.counters.queued(connections.backendSlot[connection] as number);
  connections.state[connection] = WAITING;
  waiting.push(connection);
  timers.set(connection, acceptor.now + WAIT_TICKS);
  return true;
};

/** Leaves the queue, at once: the number may soon be another connection's. */
export const leaveQueue = ({ waiting }: Acceptor, connection: number): void => {
  const at = waiting.indexOf(connection);
  if (at < 0) return;
  // Unlike splice, this allocates nothing.
  waiting.copyWithin(at, at + 1);
  waiting.pop();
};
