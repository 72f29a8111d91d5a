import { type PinnedMemory, pinnedMemory } from '../sys/memory.ts';
import {
  EPOLL_CTL_ADD,
  EPOLL_EVENT_BYTES,
  EPOLL_TOKEN_BYTES,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
  type Sys,
} from '../sys/sys.ts';
import { acceptFrom, resumeWhenRested, unwatchListeners, watchListeners } from './accept.ts';
import { BUFFER_BYTES, BufferPool } from './buffer-pool.ts';
import {
  CLIENT,
  CONNECTING,
  Connections,
  ENDED,
  ENDPOINT,
  READ_ON,
  READABLE,
  RELAYING,
  type Side,
} from './connections.ts';
import { type Acceptor, CONTROL_TOKEN } from './context.ts';
import { Counters } from './counters.ts';
import { dialed, redial } from './dial.ts';
import { closeConnection, resetConnection } from './ending.ts';
import type { AcceptorTable, FromAcceptor } from './messages.ts';
import { abort, relay } from './relay.ts';
import { EMPTY_TABLE, type ServedTable, serveTable } from './served-table.ts';
import { INTS, type SharedMemory } from './shared-memory.ts';
import { TICK_MS, TimerWheel } from './timer-wheel.ts';

const EVENTS_PER_TURN = 512;
/** Longest wait, so that a thread that is told to end notices it. */
const LONGEST_WAIT_MS = 1000;
const EVENT_INTS = EPOLL_EVENT_BYTES / 4;
const TOKEN_INT = EPOLL_TOKEN_BYTES / 4;

/** What an acceptor is given; `now` is a monotonic clock in milliseconds. */
export interface AcceptorInputs {
  readonly index: number;
  readonly sys: Sys;
  readonly shared: SharedMemory;
  readonly eventfd: number;
  readonly now: () => number;
  /** The newest table posted since the last call, if any. */
  readonly newest: () => AcceptorTable | undefined;
  readonly tell: (message: FromAcceptor) => void;
}

const must = (result: number, call: string): number => {
  if (result < 0) throw new Error(`ACCEPTOR_START_FAILED: ${call} returned errno ${-result}`);
  return result;
};

const onSide = (acceptor: Acceptor, connection: number, side: Side, events: number): void => {
  const { connections } = acceptor;
  const place = connection * 2 + side;
  const state = connections.state[connection];
  const gone = (events & (EPOLLERR | EPOLLHUP)) !== 0;
  if (state !== RELAYING && state !== CONNECTING) return; // ended earlier in this turn
  if ((events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP)) !== 0 || gone) {
    // Urgent data splits reads, and an end of stream hides behind the data: both mean reading on after a short read.
    const readOn = gone || (events & (EPOLLRDHUP | EPOLLPRI)) !== 0 ? READ_ON : 0;
    connections.flags[place] = (connections.flags[place] as number) | READABLE | readOn;
  }
  // A client that had ended and goes was reset: no event will follow. (An endpoint's is found when something is sent to it.)
  const wasReset = side === CLIENT && gone && ((connections.flags[place] as number) & ENDED) !== 0;
  if (state === RELAYING && wasReset) abort(acceptor, connection, side);
  else if (state === RELAYING) relay(acceptor, connection, side, gone || (events & EPOLLOUT) !== 0);
  else if (side === ENDPOINT) dialed(acceptor, connection, events);
  else if (gone) closeConnection(acceptor, connection, 'ClientGone');
};

const onDeadline = (acceptor: Acceptor, connection: number): void => {
  const { connections } = acceptor;
  if (connections.state[connection] === CONNECTING) {
    redial(acceptor, connection);
    return;
  }
  const end = (connections.lastActive[connection] as number) + (connections.idleTicks[connection] as number);
  if (acceptor.now >= end) closeConnection(acceptor, connection, 'IdleTimeout');
  else acceptor.timers.set(connection, end);
};

/** A connection that is still being made must not be retried on a backend that gets the slot of its own. */
const forgetBackends = ({ connections, table }: Acceptor): void => {
  for (let connection = 0; connection < connections.capacity; connection++)
    if (
      connections.state[connection] === CONNECTING &&
      !table.backends.has(connections.backendSlot[connection] as number)
    )
      connections.backendSlot[connection] = -1;
};

/** Serves `table` from now on; what the kernel has queued on a listener that goes is taken first. */
const adopt = (acceptor: Acceptor, table: ServedTable): void => {
  const staying = new Set(table.listeners.map((listener) => listener.fd));
  if (acceptor.pausedUntil === 0) unwatchListeners(acceptor);
  for (const listener of acceptor.table.listeners)
    if (!staying.has(listener.fd)) while (acceptFrom(acceptor, listener));
  acceptor.table = table;
  forgetBackends(acceptor);
  if (acceptor.pausedUntil === 0) watchListeners(acceptor);
  acceptor.counters.set(INTS.Open, acceptor.connections.open);
  acceptor.counters.set(INTS.Version, table.version);
  acceptor.tell({ type: 'Adopted', version: table.version });
};

const moreToRead = (acceptor: Acceptor): void => {
  const tokens = acceptor.again;
  acceptor.again = [];
  for (const token of tokens)
    if (acceptor.connections.state[token >> 1] === RELAYING)
      relay(acceptor, token >> 1, (token & 1) as Side, false);
};

const create = (inputs: AcceptorInputs): Acceptor => {
  const { index, sys, shared } = inputs;
  const epoll = must(sys.epollCreate(), 'epoll_create1');
  shared.owners[epoll] = index + 1;
  must(sys.epollControl(epoll, EPOLL_CTL_ADD, inputs.eventfd, EPOLLIN, CONTROL_TOKEN), 'epoll_ctl');
  const connections = new Connections();
  const now = Math.floor(inputs.now() / TICK_MS);
  return {
    index,
    sys,
    epoll,
    shared,
    connections,
    buffers: new BufferPool(),
    timers: new TimerWheel(connections, now),
    counters: new Counters(shared, index),
    scratch: pinnedMemory(BUFFER_BYTES),
    tell: inputs.tell,
    now,
    table: EMPTY_TABLE,
    again: [],
    pausedUntil: 0,
    toldPaused: false,
  };
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
      if (listener !== undefined && acceptor.pausedUntil === 0) acceptFrom(acceptor, listener);
    }
  }
  return called;
};

const waitMs = (acceptor: Acceptor): number => {
  if (acceptor.again.length > 0) return 0;
  const limit = acceptor.pausedUntil > 0 ? TICK_MS : LONGEST_WAIT_MS;
  return acceptor.timers.untilNext(limit);
};

const closeAll = (acceptor: Acceptor): void => {
  const { connections } = acceptor;
  for (let connection = 0; connection < connections.capacity; connection++)
    if (connections.state[connection] === CONNECTING || connections.state[connection] === RELAYING)
      resetConnection(acceptor, connection, CLIENT, 'Stopped');
};

/** Runs an acceptor in the calling thread until it is told to stop; the thread belongs to it meanwhile. */
export const runAcceptor = (inputs: AcceptorInputs): void => {
  const acceptor = create(inputs);
  const { sys, epoll, counters, connections } = acceptor;
  const memory: PinnedMemory = pinnedMemory(EVENTS_PER_TURN * EPOLL_EVENT_BYTES);
  const events = new Int32Array(memory.bytes.buffer);
  const onDue = (connection: number): void => onDeadline(acceptor, connection);
  while (!counters.stopping) {
    const count = sys.epollWait(epoll, memory.address, EVENTS_PER_TURN, waitMs(acceptor));
    acceptor.now = Math.floor(inputs.now() / TICK_MS);
    const called = handle(acceptor, events, count);
    if (acceptor.again.length > 0) moreToRead(acceptor);
    acceptor.timers.advance(acceptor.now, onDue);
    resumeWhenRested(acceptor);
    if (called) {
      sys.consume(inputs.eventfd);
      const table = inputs.newest();
      if (table !== undefined) adopt(acceptor, serveTable(table, acceptor.shared));
    }
    connections.recycle();
    counters.set(INTS.Open, connections.open);
  }
  unwatchListeners(acceptor);
  closeAll(acceptor);
  counters.set(INTS.Open, 0);
  acceptor.shared.owners[epoll] = 0;
  sys.close(epoll);
};
