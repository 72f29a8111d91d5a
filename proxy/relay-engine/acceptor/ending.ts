import { type CloseReason, PHASES } from '../../engine/close-reason.ts';
import { closeIndex } from './close-index.ts';
import {
  CLIENT,
  CLOSED,
  ENDED,
  ENDPOINT,
  FREE,
  RELAYING,
  RESET,
  SHUT,
  type Side,
  WAITING,
} from './connections.ts';
import type { Acceptor } from './context.ts';
import { closeDescriptor } from './descriptors.ts';
import { leaveQueue } from './waiting.ts';

/** One that relayed and was over within this counts as a short connection. */
const SHORT_MS = 1000;

/** Closes the socket of the endpoint's side, if there is one; the place at the endpoint stays taken. */
export const dropEndpointSocket = (acceptor: Acceptor, connection: number): void => {
  const { fd } = acceptor.connections;
  const socket = fd[connection * 2 + ENDPOINT] as number;
  if (socket >= 0) closeDescriptor(acceptor, socket);
  fd[connection * 2 + ENDPOINT] = -1;
};

/** Gives the endpoint of a connection back: its gauge and its descriptor. */
export const leaveEndpoint = (acceptor: Acceptor, connection: number): void => {
  const { connections } = acceptor;
  dropEndpointSocket(acceptor, connection);
  const slot = connections.endpointSlot[connection] as number;
  if (slot >= 0) {
    acceptor.counters.endpointLeft(slot);
    acceptor.waitingAt = acceptor.now; // a place is free
  }
  connections.endpointSlot[connection] = -1;
};

/** A socket that sent its end of stream first stays in the kernel for a minute after it is closed, and keeps its port. One that was reset does not. */
const notePort = ({ connections, counters, sourcePorts, nowMs }: Acceptor, connection: number): void => {
  const flags = connections.flags[connection * 2 + ENDPOINT] as number;
  if (connections.state[connection] !== RELAYING || (flags & RESET) !== 0) return;
  if ((flags & ENDED) !== 0 && (flags & SHUT) === 0) return;
  const endpoint = connections.endpointSlot[connection] as number;
  counters.portKept(endpoint);
  sourcePorts.keeps(endpoint, nowMs);
};

const IS_CONNECTING = PHASES.indexOf('Connecting');
const IS_WAITING = PHASES.indexOf('Waiting');
const IS_RELAYING = PHASES.indexOf('Relaying');

/** Index in PHASES of what a connection's state is. */
const phaseOf = (state: number): number =>
  state === RELAYING ? IS_RELAYING : state === WAITING ? IS_WAITING : IS_CONNECTING;

const dropPending = (acceptor: Acceptor, place: number): void => {
  const buffer = acceptor.connections.pendingBuffer[place] as number;
  if (buffer < 0) return;
  acceptor.buffers.give(buffer);
  acceptor.connections.pendingBuffer[place] = -1;
};

/** Ends a connection on both sides, with one reason. */
export const closeConnection = (acceptor: Acceptor, connection: number, reason: CloseReason): void => {
  const { connections } = acceptor;
  const state = connections.state[connection] as number;
  if (state === CLOSED || state === FREE) return;
  const close = closeIndex(reason, phaseOf(state));
  // Before anything is given back: who sees that a slot is not in use has its last records.
  if (acceptor.accessLog.wants(close)) acceptor.accessLog.put(acceptor, connection, close);
  const ms = acceptor.nowMs - (connections.began[connection] as number);
  if (state === RELAYING && ms < SHORT_MS) acceptor.shortEndedAt = acceptor.now;
  if (state === WAITING) leaveQueue(acceptor, connection);
  acceptor.timers.clear(connection);
  // Counted before either peer can see it: whoever has seen a connection end finds its reason in the metrics.
  acceptor.counters.closed(
    connections.listenerSlot[connection] as number,
    close,
    connections.retries[connection] as number,
    ms,
  );
  const client = connections.fd[connection * 2 + CLIENT] as number;
  if (client >= 0) closeDescriptor(acceptor, client);
  connections.fd[connection * 2 + CLIENT] = -1;
  notePort(acceptor, connection);
  leaveEndpoint(acceptor, connection);
  dropPending(acceptor, connection * 2 + CLIENT);
  dropPending(acceptor, connection * 2 + ENDPOINT);
  connections.release(connection);
  acceptor.counters.left(connections.open);
};

/** Closing `side` will send a reset, if the kernel takes the wish. */
const resetOnClose = ({ connections, sys }: Acceptor, connection: number, side: Side): void => {
  const place = connection * 2 + side;
  const fd = connections.fd[place] as number;
  if (fd >= 0 && sys.resetOnClose(fd) >= 0)
    connections.flags[place] = (connections.flags[place] as number) | RESET;
};

/** Ends a connection with a reset to `side`: what the other side did, or what went wrong, is not hidden from it. */
export const resetConnection = (
  acceptor: Acceptor,
  connection: number,
  side: Side,
  reason: CloseReason,
): void => {
  resetOnClose(acceptor, connection, side);
  closeConnection(acceptor, connection, reason);
};

/** Ends a connection with a reset to both sides: neither may take for whole what it got. */
export const resetBoth = (acceptor: Acceptor, connection: number, reason: CloseReason): void => {
  resetOnClose(acceptor, connection, ENDPOINT);
  resetConnection(acceptor, connection, CLIENT, reason);
};
