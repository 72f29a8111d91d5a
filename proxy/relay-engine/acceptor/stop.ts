import { takeMail } from './admit.ts';
import { CLOSED, FREE } from './connections.ts';
import type { Acceptor } from './context.ts';
import { resetBoth } from './ending.ts';
import { unwatchListeners } from './pause.ts';
import { INTS } from './shared-memory.ts';

/**
 * Stops an acceptor: resets every connection, including those in its mailbox, and closes its epoll set.
 */
export const stopAcceptor = (acceptor: Acceptor): void => {
  const { connections, counters, epoll, shared, sys } = acceptor;
  counters.set(INTS.Taking, 0);
  unwatchListeners(acceptor);
  takeMail(acceptor);
  for (let connection = 0; connection < connections.capacity; connection++)
    if (connections.state[connection] !== FREE && connections.state[connection] !== CLOSED)
      resetBoth(acceptor, connection, 'Stopped');
  acceptor.contexts.freeAll();
  acceptor.endpointContexts.freeAll();
  shared.owners[epoll] = 0;
  sys.close(epoll);
};
