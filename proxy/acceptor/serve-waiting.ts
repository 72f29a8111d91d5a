import { WAITING } from './connections.ts';
import type { Acceptor } from './context.ts';
import { dial } from './dial.ts';

/**
 * Lets those that wait try again, the longest waiting first. Asked every tick, since a place may come free in another acceptor, and
 * when one comes free here.
 */
export const serveWaiting = (acceptor: Acceptor): void => {
  const { connections, waiting } = acceptor;
  if (waiting.length === 0 || acceptor.now < acceptor.waitingAt) return;
  acceptor.waitingAt = acceptor.now + 1;
  let kept = 0;
  let fullBackend = -2;
  for (const connection of waiting) {
    if (connections.state[connection] !== WAITING) continue; // it has ended meanwhile
    const backend = connections.backendSlot[connection] as number;
    if (backend !== fullBackend) dial(acceptor, connection);
    if (connections.state[connection] !== WAITING) continue;
    fullBackend = backend;
    waiting[kept++] = connection;
  }
  waiting.length = kept;
};
