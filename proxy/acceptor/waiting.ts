import { CLIENT, WAITING } from './connections.ts';
import type { Acceptor } from './context.ts';
import { resetConnection } from './ending.ts';
import { TimerWheel } from './timer-wheel.ts';

/** Connections of one acceptor that may wait at once. */
const MOST_WAITING = 256;
/** How long one waits for a place. */
const WAIT_TICKS = TimerWheel.ticks(1000);

/** Every endpoint has all the connections it may have: waits for a place, if the queue is short. */
export const waitForPlace = (acceptor: Acceptor, connection: number): void => {
  const { connections, waiting, timers } = acceptor;
  if (connections.state[connection] === WAITING) return; // it keeps its time and its turn
  if (waiting.length >= MOST_WAITING) {
    resetConnection(acceptor, connection, CLIENT, 'EndpointsFull');
    return;
  }
  acceptor.counters.queued(connections.backendSlot[connection] as number);
  connections.state[connection] = WAITING;
  waiting.push(connection);
  timers.set(connection, acceptor.now + WAIT_TICKS);
};
