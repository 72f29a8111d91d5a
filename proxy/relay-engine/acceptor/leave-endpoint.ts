import { ENDPOINT, RELAYING, SESSION } from './connections.ts';
import type { Acceptor } from './context.ts';
import { closeDescriptor } from './descriptors.ts';
import { noteQueueDrops } from './queue-drops.ts';
import { keepSession } from './secure-endpoint.ts';
import { announceEnd, freeTls } from './tls-transport.ts';

/** Closes the socket of the endpoint's side, if there is one; the connection still counts at the endpoint. */
export const dropEndpointSocket = (acceptor: Acceptor, connection: number): void => {
  const { fd, state } = acceptor.connections;
  const socket = fd[connection * 2 + ENDPOINT] as number;
  if (socket >= 0 && state[connection] === SESSION) {
    noteQueueDrops(acceptor, connection);
    acceptor.datagrams.sessions.beginSocket(connection);
  }
  // Before relaying, TLS has no stream to end, and no session.
  if (state[connection] === RELAYING) {
    announceEnd(acceptor, connection * 2 + ENDPOINT);
    keepSession(acceptor, connection);
  }
  freeTls(acceptor, connection * 2 + ENDPOINT);
  if (socket >= 0) closeDescriptor(acceptor, socket);
  fd[connection * 2 + ENDPOINT] = -1;
};

/**
 * Leaves the endpoint of a connection, if there is one: its socket is closed, and it has capacity for another
 * one.
 */
export const leaveEndpoint = (acceptor: Acceptor, connection: number): void => {
  const { connections } = acceptor;
  dropEndpointSocket(acceptor, connection);
  const slot = connections.endpointSlot[connection] as number;
  if (slot >= 0) {
    acceptor.counters.endpointLeft(slot);
    acceptor.waitingAt = acceptor.now; // one that waits may have the capacity
  }
  connections.endpointSlot[connection] = -1;
};
