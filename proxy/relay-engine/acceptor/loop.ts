import { type PinnedMemory, pinnedMemory } from '../../sys/memory.ts';
import {
  EINTR,
  EPOLL_EVENT_BYTES,
  EPOLL_TOKEN_BYTES,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
} from '../../sys/sys.ts';
import { acceptFrom, resumeWhenRested, takeMail, unwatchListeners, watchListeners } from './accept.ts';
import {
  BROKEN,
  CLIENT,
  CLOSED,
  CONNECTING,
  ENDED,
  ENDING,
  ENDPOINT,
  FREE,
  READ_ON,
  READABLE,
  RELAYING,
  SIDES,
  type Side,
  WAITING,
} from './connections.ts';
import { type Acceptor, CONTROL_TOKEN } from './context.ts';
import { type AcceptorInputs, createAcceptor } from './create.ts';
import { dial, dialAnother, dialed, redial } from './dial.ts';
import { beginDraining, closeIdle } from './drain.ts';
import { closeConnection, resetBoth, resetConnection } from './ending.ts';
import type { ToAcceptor } from './messages.ts';
import { abort, noteLoss, relay, relayReady } from './relay.ts';
import { serveWaiting } from './serve-waiting.ts';
import { portsOf, type ServedTable, serveTable } from './served-table.ts';
import { INTS, intsAt } from './shared-memory.ts';
import { TICK_MS } from './timer-wheel.ts';
import { noteDeparted } from './under-way.ts';

const EVENTS_PER_TURN = 512;
/** Longest wait, so that a thread that is told to end notices it. */
const LONGEST_WAIT_MS = 1000;
/** No turn takes as long as this: the process was stopped, or its thread had no core. */
const STOOD_STILL_MS = 2 * LONGEST_WAIT_MS;
/** Turns in a row that may put off deadlines. */
const MOST_FULL_TURNS = 64;
const EVENT_INTS = EPOLL_EVENT_BYTES / 4;
const TOKEN_INT = EPOLL_TOKEN_BYTES / 4;

const onSide = (acceptor: Acceptor, connection: number, side: Side, events: number): void => {
  const { connections } = acceptor;
  const place = connection * 2 + side;
  const state = connections.state[connection];
  const gone = (events & (EPOLLERR | EPOLLHUP)) !== 0;
  if (state === CLOSED || state === FREE) return; // ended earlier in this turn
  if ((events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP)) !== 0 || gone) {
    // Urgent data splits reads, and a reset hides behind the data: both mean reading on after a short read.
    const more = gone || (events & EPOLLPRI) !== 0 ? READ_ON : (events & EPOLLRDHUP) !== 0 ? ENDING : 0;
    connections.flags[place] = (connections.flags[place] as number) | READABLE | more;
  }
  // A client that had ended and goes was reset: no event will follow. (An endpoint's is found when something is sent to it.)
  const wasReset = side === CLIENT && gone && ((connections.flags[place] as number) & ENDED) !== 0;
  if (state === RELAYING && wasReset) {
    noteLoss(acceptor, place, acceptor.sys.socketError(connections.fd[place] as number));
    abort(acceptor, connection, side);
  } else if (state === RELAYING) relay(acceptor, connection, side, gone || (events & EPOLLOUT) !== 0);
  else if (side === ENDPOINT) dialed(acceptor, connection, events);
  else if (gone) closeConnection(acceptor, connection, 'ClientGone');
};

/** Nothing moved for the idle timeout, or not since a side broke. Where bytes are left that a side did not take, it must not take for whole what it got. */
const endIdle = (acceptor: Acceptor, connection: number): void => {
  const { pendingBuffer, flags, idleTicks, halfClosedTicks } = acceptor.connections;
  for (const side of SIDES)
    if (((flags[connection * 2 + side] as number) & BROKEN) !== 0) {
      abort(acceptor, connection, side);
      return;
    }
  const isCut =
    (pendingBuffer[connection * 2 + CLIENT] as number) >= 0 ||
    (pendingBuffer[connection * 2 + ENDPOINT] as number) >= 0;
  const hasEnded = SIDES.some((side) => ((flags[connection * 2 + side] as number) & ENDED) !== 0);
  const isThatTimeout = idleTicks[connection] === halfClosedTicks[connection];
  const reason = hasEnded && isThatTimeout ? 'HalfClosedTimeout' : 'IdleTimeout';
  if (isCut) resetBoth(acceptor, connection, reason);
  else closeConnection(acceptor, connection, reason);
};

const onDeadline = (acceptor: Acceptor, connection: number): void => {
  const { connections } = acceptor;
  switch (connections.state[connection]) {
    case CONNECTING:
      // Without an endpoint it has paused after each of them had failed.
      if ((connections.endpointSlot[connection] as number) < 0) dial(acceptor, connection);
      else redial(acceptor, connection, 'TimedOut');
      return;
    case WAITING:
      resetConnection(acceptor, connection, CLIENT, 'EndpointsFull');
      return;
    default: {
      const idle = connections.idleTicks[connection] as number;
      if (acceptor.now >= (connections.lastActive[connection] as number) + idle)
        noteDeparted(acceptor, connection);
      const end = (connections.lastActive[connection] as number) + idle;
      if (acceptor.now >= end) endIdle(acceptor, connection);
      else acceptor.timers.set(connection, end);
    }
  }
};

/** The endpoint was removed, or is unhealthy. Where it had ended, its whole answer is with the kernel, on its way to the client: only what the client still sends is cut. */
const cutOff = (
  acceptor: Acceptor,
  connection: number,
  reason: 'EndpointRemoved' | 'EndpointUnhealthy',
): void => {
  const { flags } = acceptor.connections;
  const hadEnded = ((flags[connection * 2 + ENDPOINT] as number) & ENDED) !== 0;
  if (hadEnded) resetConnection(acceptor, connection, ENDPOINT, reason);
  else resetBoth(acceptor, connection, reason);
};

/**
 * What a new table means for the connections there are: one that is still being made must not be retried on a backend that gets the slot of
 * its own; and where the backend says so, those to endpoints that were removed or are unhealthy end, or try another one if they were still being made.
 */
const adjust = (acceptor: Acceptor): void => {
  const { connections, table } = acceptor;
  if (connections.tried.size > 0)
    connections.forgetTriedBut(
      new Set(
        [...table.backends.values()].flatMap(({ choice }) => choice.candidates.map(({ slot }) => slot)),
      ),
    );
  for (let connection = 0; connection < connections.capacity; connection++) {
    const state = connections.state[connection];
    if (state === FREE || state === CLOSED) continue;
    connections.failedEndpoint[connection] = -1; // its slot may be another's soon
    const isServed = table.backends.has(connections.backendSlot[connection] as number);
    const endpoint = connections.endpointSlot[connection] as number;
    const isRemoved = table.removed.has(endpoint);
    if (isRemoved || table.unhealthy.has(endpoint)) {
      if (state !== RELAYING && isServed) dialAnother(acceptor, connection);
      else cutOff(acceptor, connection, isRemoved ? 'EndpointRemoved' : 'EndpointUnhealthy');
    } else if (state !== RELAYING && !isServed) connections.backendSlot[connection] = -1;
  }
};

/** Serves `table` from now on; what the kernel has queued on a listener that goes is taken first. */
const adopt = (acceptor: Acceptor, table: ServedTable): void => {
  const staying = new Set(table.listeners.map((listener) => listener.fd));
  if (acceptor.pausedUntil === 0) unwatchListeners(acceptor);
  for (const listener of acceptor.table.listeners)
    if (!staying.has(listener.fd)) while (acceptFrom(acceptor, listener, false));
  acceptor.table = table;
  acceptor.accessLog.follow(table.accessLog);
  acceptor.sourcePorts.avoid(portsOf(table));
  acceptor.budget.forgetBut(table.backends);
  adjust(acceptor);
  // Taking what was queued may have begun a pause.
  if (acceptor.pausedUntil === 0) watchListeners(acceptor);
  acceptor.counters.set(INTS.Version, table.version);
  acceptor.tell({ type: 'Adopted', version: table.version });
};

const onMessage = (acceptor: Acceptor, message: ToAcceptor): void => {
  switch (message.type) {
    case 'Table':
      adopt(acceptor, serveTable(message.table, acceptor.table, acceptor.shared));
      return;
    case 'Drain':
      acceptor.draining = beginDraining(acceptor, message.ms);
      return;
    default:
      message satisfies never;
  }
};

/** Handles the events of one turn; returns whether the control thread called. */
const handle = (acceptor: Acceptor, events: Int32Array, count: number): boolean => {
  let called = false;
  for (let i = 0; i < count; i++) {
    const token = events[i * EVENT_INTS + TOKEN_INT] as number;
    if (token >= 0) onSide(acceptor, token >> 1, (token & 1) as Side, events[i * EVENT_INTS] as number);
    else if (token === CONTROL_TOKEN) called = true;
    else {
      const listener = acceptor.table.listeners[-2 - token];
      if (listener !== undefined && acceptor.pausedUntil === 0) acceptFrom(acceptor, listener, true);
    }
  }
  return called;
};

const waitMs = (acceptor: Acceptor): number => {
  if (acceptor.ready.length > 0) return 0;
  const soon = acceptor.pausedUntil > 0 || acceptor.waiting.length > 0 || acceptor.draining !== undefined;
  return acceptor.timers.untilNext(soon ? TICK_MS : LONGEST_WAIT_MS);
};

/** Whether there are connections to take: one that replaces another may find some before it has a table to serve them by. */
const hasMail = ({ mailbox, table }: Acceptor): boolean => mailbox.hasMail && table.version > 0;

/** Waits for events, unless there are more (`isMore`); others see that this acceptor sleeps and wake it when they leave something for it. */
const wait = (acceptor: Acceptor, address: number, isMore: boolean): number => {
  const { sys, epoll, shared, index } = acceptor;
  const ms = isMore ? 0 : waitMs(acceptor);
  if (ms === 0 || acceptor.acceptors === 1) return sys.epollWait(epoll, address, EVENTS_PER_TURN, ms);
  const asleep = intsAt(index) + INTS.Asleep;
  Atomics.store(shared.ints, asleep, 1);
  // Looked at after saying so: what is left from now on comes with a wake-up.
  const count = sys.epollWait(epoll, address, EVENTS_PER_TURN, hasMail(acceptor) ? 0 : ms);
  Atomics.store(shared.ints, asleep, 0);
  return count;
};

const closeAll = (acceptor: Acceptor): void => {
  const { connections } = acceptor;
  for (let connection = 0; connection < connections.capacity; connection++)
    if (connections.state[connection] !== FREE && connections.state[connection] !== CLOSED)
      resetBoth(acceptor, connection, 'Stopped');
};

/** Runs an acceptor in the calling thread until it is told to stop; the thread belongs to it meanwhile. */
export const runAcceptor = (inputs: AcceptorInputs): void => {
  const acceptor = createAcceptor(inputs);
  const { sys, epoll, counters, connections } = acceptor;
  const memory: PinnedMemory = pinnedMemory(EVENTS_PER_TURN * EPOLL_EVENT_BYTES);
  const events = new Int32Array(memory.bytes.buffer);
  const onDue = (connection: number): void => onDeadline(acceptor, connection);
  counters.set(INTS.Taking, 1);
  let fullTurns = 0;
  while (!counters.stopping) {
    const count = wait(acceptor, memory.address, fullTurns > 0);
    // A process that was stopped and goes on begins here: what has come is asked for first.
    if (count === -EINTR) continue;
    // Nothing else can go wrong with it; going round without end would help nobody, a replacement might.
    if (count < 0) throw new Error(`EPOLL_WAIT_FAILED: errno ${-count}`);
    const before = acceptor.nowMs;
    acceptor.nowMs = inputs.now();
    acceptor.now = Math.floor(acceptor.nowMs / TICK_MS);
    counters.beat();
    const called = handle(acceptor, events, count);
    if (hasMail(acceptor)) takeMail(acceptor);
    relayReady(acceptor);
    // Where the whole process stood still, deadlines have passed whose connections' events have come, too, more than a turn takes: those come first.
    // So do they where it stood still after the kernel was asked: what has come since is not among these events.
    const stoodStill = acceptor.nowMs - before > STOOD_STILL_MS;
    fullTurns = count === EVENTS_PER_TURN || stoodStill ? fullTurns + 1 : 0;
    if (fullTurns === 0 || fullTurns > MOST_FULL_TURNS) acceptor.timers.advance(acceptor.now, onDue);
    serveWaiting(acceptor);
    closeIdle(acceptor);
    resumeWhenRested(acceptor);
    if (called) {
      sys.consume(inputs.eventfd);
      const messages = inputs.received();
      // Left by one that served the table before: after the next one its backend's slot may be another's.
      if (hasMail(acceptor)) takeMail(acceptor);
      for (const message of messages) onMessage(acceptor, message);
    }
    connections.recycle();
  }
  counters.set(INTS.Taking, 0);
  unwatchListeners(acceptor);
  takeMail(acceptor);
  closeAll(acceptor);
  acceptor.shared.owners[epoll] = 0;
  sys.close(epoll);
};
