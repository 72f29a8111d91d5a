import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Time limits for a client of an HTTP server, in milliseconds. A slower client keeps a descriptor, and
 * perhaps a page of memory, from others.
 */
export interface PageLimits {
  /** From the connection to the end of the request's headers; nobody waits for its body. */
  readonly requestMs: number;
  /** Without reading anything of the response. */
  readonly stalledMs: number;
}

export const PAGE_LIMITS: PageLimits = { requestMs: 5_000, stalledMs: 30_000 };

/**
 * Options for http.createServer: without Node's own limits. It compares times before it reads, so that after
 * a process has got no core for longer than a limit, a request that has been waiting all the time is refused,
 * and the kubelet restarts a pod whose probes fail.
 */
export const WITHOUT_LIMITS = { headersTimeout: 0, requestTimeout: 0 };

const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n';

/**
 * Disconnects clients that are too slow. The number of connections is not limited: that would shut out the
 * kubelet's probes, and a program that does not answer them is killed.
 */
export const limitClients = (server: Server, { requestMs, stalledMs }: PageLimits): void => {
  const asked = new WeakSet<Socket>();
  server.on('request', ({ socket }) => asked.add(socket));
  server.on('connection', (socket: Socket) => {
    const refuse = (): void => {
      if (asked.has(socket) || socket.destroyed) return;
      socket.write(TOO_SLOW);
      socket.destroySoon();
    };
    // Only once what has arrived meanwhile has been read.
    const timer = setTimeout(() => setImmediate(refuse), requestMs);
    socket.once('close', () => clearTimeout(timer));
  });
  server.setTimeout(stalledMs);
};
