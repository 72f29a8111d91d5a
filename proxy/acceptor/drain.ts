import { ASKED, CLIENT, RELAYING } from './connections.ts';
import type { Acceptor, Draining } from './context.ts';
import { closeConnection } from './ending.ts';
import { TimerWheel } from './timer-wheel.ts';
import { noteDeparted } from './under-way.ts';

/** A connection that has been silent for this long is idle. */
const IDLE_TICKS = TimerWheel.ticks(1000);
/** One whose client spoke last may wait for its answer: it gets this long. */
const ANSWER_TICKS = TimerWheel.ticks(30_000);
/** Connections looked at in one turn, so that traffic does not wait for it. */
const LOOKS_PER_TURN = 1024;

/** Begins to close idle connections, so that about none is left after `ms`. */
export const beginDraining = ({ now, connections }: Acceptor, ms: number): Draining => ({
  fromTick: now,
  ticks: TimerWheel.ticks(ms),
  open: connections.open,
  next: 0,
});

const isQuiet = ({ connections, now }: Acceptor, connection: number, ticks: number): boolean =>
  now - (connections.lastActive[connection] as number) > ticks;

/**
 * While draining: closes idle connections until no more are open than the time that is left allows, in a straight line down to none.
 * Their clients come back to other replicas one by one instead of all at once. Busy ones, and those
 * that wait for an answer, are left until the end.
 */
export const closeIdle = (acceptor: Acceptor): void => {
  const { connections, draining, now } = acceptor;
  if (draining === undefined) return;
  const left = Math.max(0, 1 - (now - draining.fromTick) / draining.ticks);
  const allowed = Math.ceil(draining.open * left);
  const looks = Math.min(LOOKS_PER_TURN, connections.capacity);
  for (let i = 0; i < looks && connections.open > allowed; i++) {
    const connection = draining.next;
    draining.next = (connection + 1) % connections.capacity;
    const asked = ((connections.flags[connection * 2 + CLIENT] as number) & ASKED) !== 0;
    const quiet = asked ? ANSWER_TICKS : IDLE_TICKS;
    const isIdle =
      connections.state[connection] === RELAYING &&
      (connections.pendingBuffer[connection * 2] as number) < 0 &&
      (connections.pendingBuffer[connection * 2 + 1] as number) < 0 &&
      isQuiet(acceptor, connection, quiet) &&
      // The kernel may still be sending what it took: where the process ends, that would be lost.
      !noteDeparted(acceptor, connection) &&
      isQuiet(acceptor, connection, quiet);
    if (isIdle) closeConnection(acceptor, connection, 'Drained');
  }
};
