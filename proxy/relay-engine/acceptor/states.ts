import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLPRI, EPOLLRDHUP } from '../../sys/sys.ts';
import { abort, noteLoss } from './abort.ts';
import {
  CLIENT,
  CLOSED,
  CONNECTING,
  type Connections,
  ENDED,
  ENDING,
  ENDPOINT,
  FREE,
  HANDSHAKE,
  OPENING,
  PREFACE,
  READ_ON,
  READABLE,
  REFUSED,
  RELAYING,
  SECURING,
  SESSION,
  type Side,
  type State,
  WAITING,
} from './connections.ts';
import type { Acceptor } from './context.ts';
import { dial, dialAnother, onConnectResult, onOpeningEvent, onSecuringEvent, redial } from './dial.ts';
import { closeConnection, resetBoth, resetConnection } from './ending.ts';
import { onHandshakeDeadline, shakeHands } from './handshake.ts';
import { onIdleDeadline } from './idle.ts';
import { followNewPreface, onPrefaceDeadline, readPreface } from './read-preface.ts';
import { discard, onRefusedDeadline } from './refused-client.ts';
import { relay } from './relay.ts';
import { onSessionDeadline, onSessionEvent, onSessionNewTable } from './session-state.ts';
import { resumeTls } from './tls-transport.ts';

/** What may happen to a connection, and what that means in one of its states. */
export interface StateHandlers {
  /** The kernel has reported `events` (EPOLLIN and so on) for one of its sides. */
  readonly onEvent: (acceptor: Acceptor, connection: number, side: Side, events: number) => void;
  /** Its timer is due, and is cleared already. */
  readonly onDeadline: (acceptor: Acceptor, connection: number) => void;
  /** `acceptor.table` is a new one. */
  readonly onNewTable: (acceptor: Acceptor, connection: number) => void;
}

/** Failed or hung up, both ways. */
const GONE = EPOLLERR | EPOLLHUP;

/** Records that a side has something to read, where the kernel says so. */
const noteReadable = ({ flags }: Connections, sideIndex: number, events: number): void => {
  if ((events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP | GONE)) === 0) return;
  // Urgent data splits reads, and a reset hides behind the data: both mean reading on after a short read.
  const readOn = (events & (GONE | EPOLLPRI)) !== 0;
  const more = readOn ? READ_ON : (events & EPOLLRDHUP) !== 0 ? ENDING : 0;
  flags[sideIndex] = (flags[sideIndex] as number) | READABLE | more;
};

/**
 * The client of a connection that has no endpoint yet: what it sends waits in the kernel, and it may leave.
 */
const onWaitingClient = (acceptor: Acceptor, connection: number, events: number): void => {
  noteReadable(acceptor.connections, connection * 2 + CLIENT, events);
  if ((events & GONE) !== 0) closeConnection(acceptor, connection, 'ClientGone');
};

/** Whether the endpoint in use has to go with the new table; undefined when it may stay. */
const whyEndpointGoes = (
  { connections, table }: Acceptor,
  connection: number,
): 'EndpointRemoved' | 'EndpointUnhealthy' | undefined => {
  const endpoint = connections.endpointSlot[connection] as number;
  if (table.removed.has(endpoint)) return 'EndpointRemoved';
  return table.unhealthy.has(endpoint) ? 'EndpointUnhealthy' : undefined;
};

/**
 * The endpoint goes. If it had already ended its stream, the kernel holds its whole answer, on its way to the
 * client: then only what the client still sends is cut off.
 */
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
 * A connection without a connected endpoint. If its backend goes, it must not be retried: the slot may soon
 * be another backend's. If the endpoint being connected to goes, another one is tried, as long as the backend
 * is served.
 */
const onNewTableBeforeRelaying = (acceptor: Acceptor, connection: number): void => {
  const { connections, table } = acceptor;
  const isServed = table.backends.has(connections.backendSlot[connection] as number);
  const why = whyEndpointGoes(acceptor, connection);
  if (why === undefined) {
    if (!isServed) connections.backendSlot[connection] = -1;
  } else if (isServed) dialAnother(acceptor, connection);
  else cutOff(acceptor, connection, why);
};

/** No connection, or one that ended earlier in this turn, whose events may still be in the batch. */
const NOTHING: StateHandlers = {
  onEvent() {},
  onDeadline() {},
  onNewTable() {},
};

const PREFACE_HANDLERS: StateHandlers = {
  onEvent(acceptor, connection, _side, events) {
    onWaitingClient(acceptor, connection, events);
    if (acceptor.connections.state[connection] === PREFACE) readPreface(acceptor, connection);
  },
  onDeadline: onPrefaceDeadline,
  onNewTable(acceptor, connection) {
    followNewPreface(acceptor, connection);
    onNewTableBeforeRelaying(acceptor, connection);
  },
};

const HANDSHAKE_HANDLERS: StateHandlers = {
  onEvent(acceptor, connection, _side, events) {
    // That the client has gone is an outcome of the handshake, too, and says more.
    noteReadable(acceptor.connections, connection * 2 + CLIENT, events);
    shakeHands(acceptor, connection);
  },
  onDeadline: onHandshakeDeadline,
  onNewTable: onNewTableBeforeRelaying,
};

const CONNECTING_HANDLERS: StateHandlers = {
  onEvent(acceptor, connection, side, events) {
    if (side === CLIENT) {
      onWaitingClient(acceptor, connection, events);
      return;
    }
    noteReadable(acceptor.connections, connection * 2 + ENDPOINT, events);
    onConnectResult(acceptor, connection, events);
  },
  onDeadline(acceptor, connection) {
    // Without an endpoint it was pausing, after every endpoint had failed.
    if ((acceptor.connections.endpointSlot[connection] as number) < 0) dial(acceptor, connection);
    else redial(acceptor, connection, 'TimedOut');
  },
  onNewTable: onNewTableBeforeRelaying,
};

/** While something is agreed upon with an endpoint: its bytes go to `onEndpointEvent`. */
const agreeing = (
  onEndpointEvent: (acceptor: Acceptor, connection: number, events: number) => void,
): StateHandlers => ({
  onEvent(acceptor, connection, side, events) {
    if (side === CLIENT) {
      onWaitingClient(acceptor, connection, events);
      return;
    }
    noteReadable(acceptor.connections, connection * 2 + ENDPOINT, events);
    onEndpointEvent(acceptor, connection, events);
  },
  onDeadline(acceptor, connection) {
    redial(acceptor, connection, 'TimedOut');
  },
  onNewTable: onNewTableBeforeRelaying,
});

const WAITING_HANDLERS: StateHandlers = {
  onEvent(acceptor, connection, side, events) {
    // It has no socket to an endpoint, so no event of one can come.
    if (side === CLIENT) onWaitingClient(acceptor, connection, events);
  },
  onDeadline(acceptor, connection) {
    resetConnection(acceptor, connection, CLIENT, 'EndpointsFull');
  },
  onNewTable: onNewTableBeforeRelaying,
};

const REFUSED_HANDLERS: StateHandlers = {
  onEvent: discard,
  onDeadline: onRefusedDeadline,
  onNewTable: onNewTableBeforeRelaying,
};

const RELAYING_HANDLERS: StateHandlers = {
  onEvent(acceptor, connection, side, reported) {
    const { connections, sys } = acceptor;
    const sideIndex = connection * 2 + side;
    const events =
      connections.tlsNotes[sideIndex] === 0 ? reported : resumeTls(acceptor, sideIndex, reported);
    const isGone = (events & GONE) !== 0;
    noteReadable(connections, sideIndex, events);
    // A client that had ended its stream was reset: no further event will follow. (That an endpoint was reset
    // is found when something is sent to it.)
    if (side === CLIENT && isGone && ((connections.flags[sideIndex] as number) & ENDED) !== 0) {
      noteLoss(acceptor, sideIndex, sys.socketError(connections.fd[sideIndex] as number));
      abort(acceptor, connection, side);
    } else relay(acceptor, connection, side, isGone || (events & EPOLLOUT) !== 0);
  },
  onDeadline: onIdleDeadline,
  onNewTable(acceptor, connection) {
    const why = whyEndpointGoes(acceptor, connection);
    if (why !== undefined) cutOff(acceptor, connection, why);
  },
};

const SESSION_HANDLERS: StateHandlers = {
  onEvent(acceptor, session, _side, events) {
    onSessionEvent(acceptor, session, events);
  },
  onDeadline: onSessionDeadline,
  onNewTable: onSessionNewTable,
};

/** Every state has an entry: the compiler refuses one that is missing. */
const BY_STATE: Readonly<Record<State, StateHandlers>> = {
  [FREE]: NOTHING,
  [PREFACE]: PREFACE_HANDLERS,
  [HANDSHAKE]: HANDSHAKE_HANDLERS,
  [CONNECTING]: CONNECTING_HANDLERS,
  [WAITING]: WAITING_HANDLERS,
  [OPENING]: agreeing(onOpeningEvent),
  [SECURING]: agreeing(onSecuringEvent),
  [RELAYING]: RELAYING_HANDLERS,
  [SESSION]: SESSION_HANDLERS,
  [REFUSED]: REFUSED_HANDLERS,
  [CLOSED]: NOTHING,
};

/** By state number. */
export const STATE_HANDLERS: readonly StateHandlers[] = Array.from(
  { length: Object.keys(BY_STATE).length },
  (_, state) => BY_STATE[state as State],
);
