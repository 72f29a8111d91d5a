import { admitNew } from './admission.ts';
import { CLIENT } from './connections.ts';
import type { Acceptor } from './context.ts';
import { dialFirst } from './dial.ts';
import { resetConnection } from './ending.ts';
import { beginPreface, hasPreface } from './read-preface.ts';
import type { ServedListener } from './served-table.ts';
import { PLAIN } from './transport.ts';
import { watchClient } from './watch-sides.ts';

/**
 * Begins a connection for a client's descriptor that this acceptor holds; `acceptor.arrival` has the client's
 * address. The listener is undefined if it was removed so long ago that its backend is unknown.
 */
export const begin = (
  acceptor: Acceptor,
  fd: number,
  listenerSlot: number,
  idleTicks: number,
  halfClosedTicks: number,
  listener: ServedListener | undefined,
): void => {
  const { connections, counters, arrival } = acceptor;
  const connection = connections.take();
  const backendSlot = listener === undefined ? -1 : listener.backendSlot;
  const client = connection * 2 + CLIENT;
  const transport = listener === undefined ? PLAIN : listener.transport;
  connections.fd[client] = fd;
  connections.setTransport(client, transport);
  connections.listenerSlot[connection] = listenerSlot;
  connections.backendSlot[connection] = backendSlot;
  connections.idleTicks[connection] = idleTicks;
  connections.halfClosedTicks[connection] = halfClosedTicks;
  connections.lastActive[connection] = acceptor.now;
  connections.began[connection] = acceptor.nowMs;
  connections.clientPort[connection] = arrival.port;
  for (let i = 0; i < 16; i++) connections.clientAddress[connection * 16 + i] = arrival.address[i] as number;
  counters.opened(listenerSlot, connections.open);
  if (listener?.policy.limits !== undefined && !admitNew(acceptor, connection, listener)) return;
  if (watchClient(acceptor, connection, fd) < 0) {
    resetConnection(acceptor, connection, CLIENT, 'NoDescriptors');
    return;
  }
  if (listener !== undefined && hasPreface(listener)) beginPreface(acceptor, connection, listener);
  else dialFirst(acceptor, connection);
};
