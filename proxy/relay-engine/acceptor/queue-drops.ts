import { ENDPOINT } from './connections.ts';
import type { Acceptor } from './context.ts';

/**
 * Counts what the kernel has dropped of the answers to a session since the last call, because the queue of
 * the session's socket was full. The kernel counts by socket, so this must be called before one is closed.
 */
export const noteQueueDrops = (
  { connections, counters, datagrams, sys }: Acceptor,
  session: number,
): void => {
  const all = sys.queueDrops(connections.fd[session * 2 + ENDPOINT] as number);
  const drops = all <= 0 ? 0 : datagrams.sessions.newDrops(session, all);
  if (drops > 0)
    counters.datagramsDropped(connections.listenerSlot[session] as number, 'AnswerQueueFull', drops);
};
