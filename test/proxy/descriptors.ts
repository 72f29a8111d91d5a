import { descriptorLinks, type TcpSocket, tcpSockets } from './tcp-sockets.ts';

const STATES: Readonly<Record<TcpSocket['state'], string>> = {
  Established: 'established',
  Listening: 'listening',
  Other: 'in another state',
};

/**
 * How many descriptors of each kind a process holds, according to the kernel. Excludes files, because Node
 * opens some at any time, and connections to `adminPort`, which depend on who sends requests.
 */
export const descriptorsOf = (pid: number, adminPort: number): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  const sockets = new Map(tcpSockets(pid).map((socket) => [socket.link, socket]));
  for (const what of descriptorLinks(pid).values()) {
    const tcp = sockets.get(what);
    if (what.startsWith('/') || (tcp?.localPort === adminPort && tcp.state !== 'Listening')) continue;
    const kind = tcp === undefined ? what.replace(/\[\d+\]/, '') : `TCP socket, ${STATES[tcp.state]}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};
