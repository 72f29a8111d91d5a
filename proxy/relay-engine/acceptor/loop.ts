import { type PinnedMemory, pinnedMemory } from '../../sys/memory.ts';
import { EINTR, EPOLL_EVENT_BYTES, EPOLL_TOKEN_BYTES } from '../../sys/sys.ts';
import { countOpen, followLimits } from './admission.ts';
import { takeMail } from './admit.ts';
import { adoptTable } from './adopt-table.ts';
import { columnsOf } from './connection-columns.ts';
import type { Side } from './connections.ts';
import type { Acceptor } from './context.ts';
import { type AcceptorInputs, createAcceptor } from './create.ts';
import { beginDraining, closeIdle } from './drain.ts';
import { CONTROL_TOKEN, isListenerToken, isSideToken, listenerIndexOf } from './event-tokens.ts';
import { followIds } from './learn-ids.ts';
import type { AcceptorTable, ToAcceptor } from './messages.ts';
import { isServed, resumeAccepting } from './pause.ts';
import { relayReady } from './relay.ts';
import { serveTable } from './serve-table.ts';
import { serveWaiting } from './serve-waiting.ts';
import { INTS, intsAt } from './shared-memory.ts';
import { STATE_HANDLERS, type StateHandlers } from './states.ts';
import { stopAcceptor } from './stop.ts';
import { TICK_MS } from './timer-wheel.ts';

const EVENTS_PER_TURN = 512;
/** Longest wait, so that the thread notices the stop flag in time. */
const LONGEST_WAIT_MS = 1000;
/** No turn takes this long: if one seems to, the process was stopped, or its thread had no core. */
const STOOD_STILL_MS = 2 * LONGEST_WAIT_MS;
/** Consecutive turns that may put off deadlines. */
const MOST_FULL_TURNS = 64;
const EVENT_INTS = EPOLL_EVENT_BYTES / 4;
const TOKEN_INT = EPOLL_TOKEN_BYTES / 4;

const onTable = (acceptor: Acceptor, message: AcceptorTable): void => {
  const contexts = acceptor.contexts.follow(message);
  const endpointContexts = acceptor.endpointContexts.follow(message.backends);
  const table = serveTable(
    message,
    acceptor.table,
    acceptor.shared,
    acceptor.prefaceFor,
    contexts,
    endpointContexts,
  );
  followLimits(acceptor, message, table);
  followIds(acceptor, message);
  countOpen(acceptor, table);
  adoptTable(acceptor, table);
  acceptor.contexts.freeOthers();
  acceptor.endpointContexts.freeOthers();
};

const namesOf = (
  { connections: { tlsDetails } }: Acceptor,
  wanted: readonly number[],
): readonly (string | undefined)[] => wanted.map((connection) => tlsDetails.get(connection)?.serverName);

const onMessage = (acceptor: Acceptor, message: ToAcceptor): void => {
  switch (message.type) {
    case 'Table':
      onTable(acceptor, message.table);
      return;
    case 'Describe':
      acceptor.notify({
        type: 'Described',
        request: message.request,
        serverNames: namesOf(acceptor, message.connections),
      });
      return;
    case 'Drain':
      acceptor.draining = beginDraining(acceptor, message.ms);
      return;
    default:
      message satisfies never;
  }
};

/** Handles the events of one turn; returns whether the control thread or another acceptor woke it. */
const handle = (acceptor: Acceptor, events: Int32Array, count: number): boolean => {
  const { connections } = acceptor;
  let wasWoken = false;
  for (let i = 0; i < count; i++) {
    const token = events[i * EVENT_INTS + TOKEN_INT] as number;
    if (isSideToken(token)) {
      const connection = token >> 1;
      const handlers = STATE_HANDLERS[connections.state[connection] as number] as StateHandlers;
      handlers.onEvent(acceptor, connection, (token & 1) as Side, events[i * EVENT_INTS] as number);
    } else if (token === CONTROL_TOKEN) wasWoken = true;
    else if (isListenerToken(token)) {
      const listener = acceptor.table.listeners[listenerIndexOf(token)];
      if (listener !== undefined && isServed(acceptor, listener)) listener.onReadable(acceptor, listener);
    }
  }
  return wasWoken;
};

const waitMs = (acceptor: Acceptor): number => {
  if (acceptor.ready.length > 0) return 0;
  const soon =
    acceptor.pausedUntil > 0 ||
    acceptor.waiting.length > 0 ||
    acceptor.draining !== undefined ||
    (acceptor.pacing !== undefined && acceptor.pacing.length > 0);
  return acceptor.timers.untilNext(soon ? TICK_MS : LONGEST_WAIT_MS);
};

/**
 * Whether other acceptors have left connections. A replacement may find some before it has a table to serve
 * them by.
 */
const hasMail = ({ mailbox, table }: Acceptor): boolean => mailbox.hasMail && table.version > 0;

/**
 * Waits for events, or only asks for them if there is more to do (`isMore`). Other acceptors see that this
 * one is asleep, and wake it when they leave something for it.
 */
const wait = (acceptor: Acceptor, address: number, isMore: boolean): number => {
  const { sys, epoll, shared, index } = acceptor;
  const ms = isMore ? 0 : waitMs(acceptor);
  if (ms === 0 || acceptor.acceptors === 1) return sys.epollWait(epoll, address, EVENTS_PER_TURN, ms);
  const asleep = intsAt(index) + INTS.Asleep;
  Atomics.store(shared.ints, asleep, 1);
  // The mailbox is checked after announcing the sleep: whatever is left from now on comes with a wake-up.
  const count = sys.epollWait(epoll, address, EVENTS_PER_TURN, hasMail(acceptor) ? 0 : ms);
  Atomics.store(shared.ints, asleep, 0);
  return count;
};

/** Runs an acceptor in the calling thread, which it occupies until the stop flag is set. */
export const runAcceptor = (inputs: AcceptorInputs): void => {
  const acceptor = createAcceptor(inputs);
  const { sys, counters, connections } = acceptor;
  const memory: PinnedMemory = pinnedMemory(EVENTS_PER_TURN * EPOLL_EVENT_BYTES);
  const events = new Int32Array(memory.bytes.buffer);
  const onDue = (connection: number): void =>
    (STATE_HANDLERS[connections.state[connection] as number] as StateHandlers).onDeadline(
      acceptor,
      connection,
    );
  acceptor.notify({ type: 'Started', columns: columnsOf(connections) });
  counters.set(INTS.Taking, 1);
  let fullTurns = 0;
  while (!counters.stopping) {
    const count = wait(acceptor, memory.address, fullTurns > 0);
    // A process that was stopped continues here: first ask what has come meanwhile.
    if (count === -EINTR) continue;
    // There is no other error that waiting can mend. Looping on would help nobody; a replacement might.
    if (count < 0) throw new Error(`EPOLL_WAIT_FAILED: errno ${-count}`);
    const before = acceptor.nowMs;
    acceptor.nowMs = inputs.now();
    acceptor.now = Math.floor(acceptor.nowMs / TICK_MS);
    counters.beat();
    const wasWoken = handle(acceptor, events, count);
    if (hasMail(acceptor)) takeMail(acceptor);
    acceptor.pacing?.wake(acceptor);
    relayReady(acceptor);
    // If the whole process stood still, deadlines have passed of connections whose events have come, too,
    // perhaps more than one turn handles: those events go first. The same holds if it stood still after the
    // kernel was asked: what has come since is not among these events.
    const stoodStill = acceptor.nowMs - before > STOOD_STILL_MS;
    fullTurns = count === EVENTS_PER_TURN || stoodStill ? fullTurns + 1 : 0;
    if (fullTurns === 0 || fullTurns > MOST_FULL_TURNS) acceptor.timers.advance(acceptor.now, onDue);
    serveWaiting(acceptor);
    closeIdle(acceptor);
    resumeAccepting(acceptor);
    if (wasWoken) {
      sys.consume(inputs.eventfd);
      const messages = inputs.received();
      // Left by an acceptor with the same table: under the next one the backend's slot may be another's.
      if (hasMail(acceptor)) takeMail(acceptor);
      for (const message of messages) onMessage(acceptor, message);
    }
    connections.recycle();
  }
  stopAcceptor(acceptor);
};
