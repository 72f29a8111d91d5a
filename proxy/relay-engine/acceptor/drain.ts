import { ASKED, CLIENT, ENDPOINT, RELAYING, SENT, SESSION } from './connections.ts';
import type { Acceptor, Draining } from './context.ts';
import { closeConnection, resetBoth } from './ending.ts';
import { TimerWheel } from './timer-wheel.ts';
import { noteDeparted } from './under-way.ts';

/** A connection that has been silent for this long is idle. */
const IDLE_TICKS = TimerWheel.ticks(1000);
/**
 * Granted to a connection whose client sent last and may be waiting for an answer, and to one with bytes in
 * flight, for its peer to receive them.
 */
const ANSWER_TICKS = TimerWheel.ticks(30_000);
/** Connections checked in one turn, so that draining does not delay traffic. */
const CHECKS_PER_TURN = 1024;
/** How often all connections are checked for peers that take nothing any more. */
const ROUND_TICKS = TimerWheel.ticks(1000);

/** Begins to close idle connections, so that about none is left after `ms`. */
export const beginDraining = ({ now, connections }: Acceptor, ms: number): Draining => ({
  fromTick: now,
  ticks: TimerWheel.ticks(ms),
  open: connections.open,
  next: 0,
  nextStuck: 0,
  roundFrom: now,
});

const isQuiet = ({ connections, now }: Acceptor, connection: number, ticks: number): boolean =>
  now - (connections.lastActive[connection] as number) > ticks;

/** The kernel sends a datagram at once or never. A session that was never answered waits for no answer. */
const sessionEnding = (acceptor: Acceptor, session: number): 'Not' | 'InOrder' => {
  const flags = acceptor.connections.flags[session * 2 + CLIENT] as number;
  const isWaiting = (flags & ASKED) !== 0 && (flags & SENT) !== 0;
  return isQuiet(acceptor, session, isWaiting ? ANSWER_TICKS : IDLE_TICKS) ? 'InOrder' : 'Not';
};

/**
 * How a connection may end while draining: in order if it is idle, by a reset if its peer no longer takes
 * what is on its way.
 */
const endingFor = (acceptor: Acceptor, connection: number): 'Not' | 'InOrder' | 'Cut' => {
  const { state, flags, pendingBuffer } = acceptor.connections;
  const client = connection * 2 + CLIENT;
  const endpoint = connection * 2 + ENDPOINT;
  if (state[connection] === SESSION) return sessionEnding(acceptor, connection);
  if (state[connection] !== RELAYING || !isQuiet(acceptor, connection, IDLE_TICKS)) return 'Not';
  // The kernel may still be sending what it took, which would be lost if the process ended.
  const isLeaving = noteDeparted(acceptor, connection);
  const isHeld =
    isLeaving || (pendingBuffer[client] as number) >= 0 || (pendingBuffer[endpoint] as number) >= 0;
  const hasAsked = ((flags[client] as number) & ASKED) !== 0;
  if (!isQuiet(acceptor, connection, isHeld || hasAsked ? ANSWER_TICKS : IDLE_TICKS)) return 'Not';
  return isHeld ? 'Cut' : 'InOrder';
};

/**
 * Closes idle connections until no more are open than the remaining time allows, decreasing linearly to none.
 */
const closeInLine = (acceptor: Acceptor, draining: Draining): void => {
  const { connections, now } = acceptor;
  const left = Math.max(0, 1 - (now - draining.fromTick) / draining.ticks);
  const allowed = Math.ceil(draining.open * left);
  const looks = Math.min(CHECKS_PER_TURN, connections.capacity);
  for (let i = 0; i < looks && connections.open > allowed; i++) {
    const connection = draining.next;
    draining.next = (connection + 1) % connections.capacity;
    if (endingFor(acceptor, connection) === 'InOrder') closeConnection(acceptor, connection, 'Drained');
  }
};

/**
 * Cuts off connections whose peer has taken nothing for long, however much time is left: no client would
 * reconnect to another replica because of them, and they would delay the stop to its end.
 */
const cutStuck = (acceptor: Acceptor, draining: Draining): void => {
  const { connections, now } = acceptor;
  if (draining.nextStuck >= connections.capacity) {
    if (now - draining.roundFrom < ROUND_TICKS) return;
    draining.nextStuck = 0;
    draining.roundFrom = now;
  }
  const end = Math.min(draining.nextStuck + CHECKS_PER_TURN, connections.capacity);
  for (; draining.nextStuck < end; draining.nextStuck++) {
    const connection = draining.nextStuck;
    if (endingFor(acceptor, connection) === 'Cut') resetBoth(acceptor, connection, 'Stopped');
  }
};

/**
 * While draining: closes idle connections bit by bit, so that their clients reconnect to other replicas one
 * by one instead of all at once. Busy ones and those that wait for an answer are left alone until the end;
 * but a connection whose peer takes nothing any more must not delay the stop.
 */
export const closeIdle = (acceptor: Acceptor): void => {
  const { draining } = acceptor;
  if (draining === undefined) return;
  closeInLine(acceptor, draining);
  cutStuck(acceptor, draining);
};
