import { WAITING } from './connections.ts';
import type { Acceptor } from './context.ts';
import { dial } from './dial.ts';
import { leaveQueue } from './waiting.ts';

/**
 * Lets those that wait try again, the longest waiting first. Called every tick, since capacity may become
 * free in another acceptor, and when it does here.
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
      // A connection avoids an endpoint that failed it: what is full for this one may have capacity for the
      // next one.
      if (!connections.tried.has(connection)) fullBackend = backend;
      next++;
    } else leaveQueue(acceptor, connection); // the next one is at this index now
  }
};
