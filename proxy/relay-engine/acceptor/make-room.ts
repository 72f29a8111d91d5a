import { CLIENT, SENT } from './connections.ts';
import type { Acceptor } from './context.ts';
import { closeConnection } from './ending.ts';
import { TimerWheel } from './timer-wheel.ts';

/** Sessions that are looked at, at most, in search of one that may end. */
const LOOKS = 8;
/** A session that has been silent for this long may end for a new one; sooner if it was never answered. */
const IDLE_TICKS = TimerWheel.ticks(1000);
const UNANSWERED_TICKS = TimerWheel.ticks(100);

const mayEnd = ({ connections, now }: Acceptor, session: number): boolean => {
  const silent = now - (connections.lastActive[session] as number);
  const isAnswered = ((connections.flags[session * 2 + CLIENT] as number) & SENT) !== 0;
  return silent >= (isAnswered ? IDLE_TICKS : UNANSWERED_TICKS);
};

/**
 * Ends one of the oldest sessions that is idle, of the source of `key` or of all; false if all that were
 * looked at are in use. Those go behind the others: under a flood of new clients the search stays short.
 */
const endOldest = (acceptor: Acceptor, key: Int32Array | undefined): boolean => {
  const { sessions } = acceptor.datagrams;
  for (let i = 0; i < LOOKS; i++) {
    const session = key === undefined ? sessions.oldest : sessions.oldestOfSource(key);
    if (session < 0) return false;
    if (mayEnd(acceptor, session)) {
      closeConnection(acceptor, session, 'SessionEvicted');
      return true;
    }
    sessions.passOver(session);
  }
  return false;
};

/** Whether there is room for a session with this key, if need be in place of an older one that is idle. */
export const makeRoom = (acceptor: Acceptor, key: Int32Array): boolean => {
  const { datagrams, shared, table } = acceptor;
  const { sessions, mostSessions, mostOfSource } = datagrams;
  if (sessions.countOfSource(key) >= mostOfSource) return endOldest(acceptor, key);
  if (sessions.count >= mostSessions || Atomics.load(shared.held, 0) >= table.descriptorLimit)
    return endOldest(acceptor, undefined);
  return true;
};
