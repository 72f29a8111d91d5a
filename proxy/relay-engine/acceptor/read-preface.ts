import { EAGAIN, EINTR } from '../../sys/sys.ts';
import { BUFFER_BYTES } from './buffer-pool.ts';
import { CLIENT, CONNECTING, ENDING, PREFACE } from './connections.ts';
import type { Acceptor } from './context.ts';
import { dialFirst } from './dial.ts';
import { resetConnection } from './ending.ts';
import type { Preface } from './preface.ts';
import type { ServedListener, ServedTable } from './served-table.ts';

/** A listener that has a preface. */
export type PrefacedListener = ServedListener & { readonly preface: Preface };

export const hasPreface = (listener: ServedListener): listener is PrefacedListener =>
  listener.preface !== undefined;

/** A connection begins with its preface. The kernel reports the bytes that have come already, too. */
export const beginPreface = (acceptor: Acceptor, connection: number, listener: PrefacedListener): void => {
  const { connections, timers } = acceptor;
  connections.state[connection] = PREFACE;
  connections.prefaces.set(connection, listener);
  timers.set(connection, acceptor.now + listener.preface.ticks);
};

/** Takes the first `length` bytes off what the client has sent; false when the client has gone. */
const drop = ({ sys, scratch }: Acceptor, fd: number, length: number): boolean => {
  for (let left = length; left > 0; ) {
    const read = sys.recv(fd, scratch.address, left);
    if (read === -EINTR) continue;
    if (read <= 0) return false;
    left -= read;
  }
  return true;
};

/**
 * The backend that a preface of `listener` has named, or -1: a slot that was given to a backend which came
 * later than the listener's table is not the one that was meant.
 */
const selectedBackend = (
  { backends, gone }: ServedTable,
  { version }: ServedListener,
  backendSlot: number,
): number => {
  const backend = backends.get(backendSlot) ?? gone.get(backendSlot);
  return backend !== undefined && backend.since <= version ? backendSlot : -1;
};

/** The preface is complete: an endpoint is dialled as if the client had only just come. */
const continueWith = (acceptor: Acceptor, connection: number, backendSlot: number): void => {
  const { connections, timers, table } = acceptor;
  const listener = connections.prefaces.get(connection) as PrefacedListener;
  timers.clear(connection);
  connections.prefaces.delete(connection);
  connections.state[connection] = CONNECTING;
  connections.lastActive[connection] = acceptor.now;
  connections.backendSlot[connection] = selectedBackend(table, listener, backendSlot);
  dialFirst(acceptor, connection);
};

/** Bytes of the client, or its end of stream, have arrived: examines all there is. */
export const readPreface = (acceptor: Acceptor, connection: number): void => {
  const { connections, sys, scratch } = acceptor;
  const { preface } = connections.prefaces.get(connection) as PrefacedListener;
  const client = connection * 2 + CLIENT;
  const fd = connections.fd[client] as number;
  const most = Math.min(preface.mostBytes, BUFFER_BYTES);
  let length: number;
  do length = sys.peek(fd, scratch.address, most);
  while (length === -EINTR);
  if (length === -EAGAIN) return;
  if (length <= 0) {
    resetConnection(acceptor, connection, CLIENT, 'ClientGone');
    return;
  }
  const outcome = preface.read(scratch.bytes, length);
  switch (outcome.type) {
    case 'NeedMore':
      if (length === most) resetConnection(acceptor, connection, CLIENT, preface.tooLong);
      else if (((connections.flags[client] as number) & ENDING) !== 0)
        resetConnection(acceptor, connection, CLIENT, 'ClientGone'); // no more will come
      return;
    case 'GoOn':
      if (drop(acceptor, fd, Math.min(outcome.drop, length)))
        continueWith(acceptor, connection, outcome.backendSlot);
      else resetConnection(acceptor, connection, CLIENT, 'ClientGone');
      return;
    case 'Refuse':
      resetConnection(acceptor, connection, CLIENT, outcome.reason);
      return;
    default:
      outcome satisfies never;
  }
};

export const onPrefaceDeadline = (acceptor: Acceptor, connection: number): void => {
  const { preface } = acceptor.connections.prefaces.get(connection) as PrefacedListener;
  resetConnection(acceptor, connection, CLIENT, preface.tooSlow);
};

/**
 * The preface is the listener's newest, which knows the new table. If the listener has gone, or has none any
 * more, the connection keeps the one it began with.
 */
export const followNewPreface = (acceptor: Acceptor, connection: number): void => {
  const { connections, table } = acceptor;
  const slot = connections.listenerSlot[connection];
  const listener = table.listeners.find((candidate) => candidate.slot === slot);
  if (listener !== undefined && hasPreface(listener)) connections.prefaces.set(connection, listener);
};
