import { WAITING } from './connections.ts';
import type { Acceptor } from './context.ts';
import { dial } from './dial.ts';
import { leaveQueue } from './waiting.ts';

/**
 * Lets those that wait try again, the longest waiting first. Asked every tick, since a place may come free in another acceptor, and
 * when one comes free here.
 */
export const serveWaiting = (acceptor: Acceptor): void => {
  const { connections, waiting } = acceptor;
  if (waiting.length === 0 || acceptor.now < acceptor.waitingAt) return;
  acceptor.waitingAt = acceptor.now + 1;
  let next = 0;
  let fullBackend = -2;
  while (next < waiting.length) {
    const connection = waiting[next] as number;
    const backend = connections.backendSlot[connection] as number;
    if (backend !== fullBackend) dial(acceptor, connection);
    if (connections.state[connection] === WAITING) {
      // One that an endpoint failed avoids it: what is full to it may have a place for the next one.
      if (!connections.tried.has(connection)) fullBackend = backend;
      next++;
    } else leaveQueue(acceptor, connection); // the next one has its turn now
  }
};
