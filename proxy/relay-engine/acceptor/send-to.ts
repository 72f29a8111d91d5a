import { EINTR, IPPROTO_TCP, TCP_NODELAY } from '../../sys/sys.ts';
import { ENDPOINT, PROMPT, SENT } from './connections.ts';
import type { Acceptor } from './context.ts';

/**
 * Sends to a side of a connection. An endpoint's socket is told not to delay small segments only before the
 * second send, if it was not before: the first one never waits for an acknowledgement, and most short
 * connections in the clear have no second.
 */
export const sendTo = (
  acceptor: Acceptor,
  sideIndex: number,
  address: number,
  length: number,
  endFollows: boolean,
): number => {
  const { connections } = acceptor;
  const flags = connections.flags[sideIndex] as number;
  if ((flags & PROMPT) === 0 && (sideIndex & 1) === ENDPOINT) {
    connections.flags[sideIndex] = flags | ((flags & SENT) === 0 ? SENT : PROMPT);
    if ((flags & SENT) !== 0)
      acceptor.sys.setOption(connections.fd[sideIndex] as number, IPPROTO_TCP, TCP_NODELAY, 1);
  }
  const transport = connections.transportOf(sideIndex);
  for (;;) {
    const sent = transport.send(acceptor, sideIndex, address, length, endFollows);
    if (sent !== -EINTR) return sent;
  }
};
